//! What a screen shows while a restored server has folded what came back, after an older copy of the outbox was put back, and where
//! the rows came before the answer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;

use beadsbox_domain::{
    Conflict, ConflictKind, ConflictState, Context, Currency, DeviceId, Money, OpId, Operation, Outcome, Payment, PersonHash, Policy, RedeemMode, Refusal,
    ShopId, StaffId, Status, TemplateContent, TemplateId, Timestamp, Vat, Voucher, VoucherCode, VoucherId,
    text::{Description, Title},
};
use beadsbox_overlay::{Acknowledgement, Foretelling, Own, Place, VoucherState, context, voucher};
use beadsbox_protocol::{OperationBody, body::FORMAT};
use jiff::tz::TimeZone;
use uuid::Uuid;

const VOUCHER: VoucherId = VoucherId(Uuid::from_u128(1));
const EPOCH: Uuid = Uuid::from_u128(2);
const PLACE: Place = Place { cache: Uuid::from_u128(3), epoch: Some(EPOCH), cursor: 10 };

struct Rules;

impl Foretelling for Rules {
    type Error = Infallible;

    fn context(&self, body: &OperationBody) -> Context {
        context(body, None, Policy::default(), TimeZone::UTC)
    }

    fn code_is_taken(&mut self, _: &OperationBody) -> Result<bool, Infallible> {
        Ok(false)
    }
}

fn body(dev_seq: u64, operation: Operation) -> OperationBody {
    OperationBody {
        format: FORMAT,
        device: DeviceId(Uuid::from_u128(4)),
        incarnation: 1,
        dev_seq,
        op: OpId(Uuid::from_u128(0x100 + u128::from(dev_seq))),
        at: "2026-03-01T09:00:00Z".parse::<Timestamp>().unwrap(),
        staff: StaffId(Uuid::from_u128(5)),
        shop: ShopId(Uuid::from_u128(6)),
        online: true,
        clock_right: true,
        operation,
    }
}

fn sale() -> OperationBody {
    let snapshot = TemplateContent {
        title: Title::new("Introduction").unwrap(),
        description: Description::new("").unwrap(),
        price: Money::new(4000, Currency::from_code("EUR").unwrap()),
        validity_months: None,
        vat: Vat::MultiPurpose,
    };
    let (code, person) = (VoucherCode::from_random([7; 8]), PersonHash([1; 32]));
    let template = TemplateId(Uuid::from_u128(8));
    body(
        1,
        Operation::Sell {
            voucher: VOUCHER,
            code,
            template,
            template_version: 1,
            snapshot,
            person,
            payment: Payment::Cash,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: None,
            mail: None,
        },
    )
}

fn redemption(mode: RedeemMode) -> OperationBody {
    body(2, Operation::redeem(VOUCHER, mode))
}

const fn waiting(body: &OperationBody) -> Own<'_> {
    Own { body, is_acknowledged: false, outcome: None, acknowledged: None, contained: None }
}

const fn answered<'a>(body: &'a OperationBody, outcome: &'a Outcome, version: Option<u64>) -> Own<'a> {
    Own { body, is_acknowledged: true, outcome: Some(outcome), acknowledged: Some(Acknowledgement { epoch: EPOCH, version }), contained: None }
}

fn shown(cached: Option<Voucher>, conflicts: &[Conflict], own: &[Own<'_>]) -> VoucherState {
    let Ok((state, _)) = voucher(cached, conflicts, own.iter().copied(), &PLACE, &mut Rules);
    state
}

/// The row as the server has it once the redemption is accepted.
fn used(redeemed: &OperationBody, row_version: u64) -> Voucher {
    let sold = shown(None, &[], &[waiting(&sale())]).voucher.unwrap();
    Voucher { status: Status::Used, since: redeemed.stamp(), row_version, ..sold }
}

fn collided(redeemed: &OperationBody, state: ConflictState) -> Conflict {
    let (other, kind) = (redeemed.stamp(), ConflictKind::DoubleRedemption);
    Conflict { id: other.op.into(), voucher: VOUCHER, kind, accepted: Some(sale().stamp()), other, state, settled: None, row_version: 2 }
}

#[test]
fn rule_6_operations_that_the_server_made_one_version_of_are_shown_at_that_version() {
    let (sale, redeemed) = (sale(), redemption(RedeemMode::Asked));
    let own = [answered(&sale, &Outcome::Applied, Some(1)), answered(&redeemed, &Outcome::Applied, Some(1))];
    let before = shown(None, &[], &own).voucher.unwrap();
    assert_eq!((before.status, before.row_version), (Status::Used, 1));
    let after = shown(Some(used(&redeemed, 1)), &[], &own).voucher.unwrap();
    assert_eq!((after.status, after.row_version), (Status::Used, 1), "and the row that comes then is not older");
}

#[test]
fn rule_6_a_resolved_conflict_does_not_hide_the_row_that_is_still_to_come() {
    let (sale, redeemed) = (sale(), redemption(RedeemMode::Honoured));
    let conflict = collided(&redeemed, ConflictState::Resolved);
    let outcome = Outcome::Conflict { conflict: conflict.id, conflict_kind: conflict.kind };
    let own = [answered(&sale, &Outcome::Applied, Some(1)), answered(&redeemed, &outcome, Some(2))];
    let state = shown(None, &[conflict], &own);
    assert_eq!(state.voucher.map(|voucher| (voucher.status, voucher.row_version)), Some((Status::Used, 2)));
}

#[test]
fn rule_6_a_redemption_put_back_without_its_outcome_does_not_collide_with_itself() {
    let asked = redemption(RedeemMode::Asked);
    let honour = body(3, Operation::honour(VOUCHER, asked.op));
    let state = shown(Some(used(&asked, 2)), &[], &[waiting(&sale()), waiting(&asked), waiting(&honour)]);
    assert_eq!(state.conflicts, Vec::new());
    assert_eq!(state.voucher.map(|voucher| voucher.row_version), Some(2));
}

#[test]
fn rule_6_an_honoured_redemption_that_became_the_accepted_one_before_its_answer_came_does_not_collide_with_itself() {
    let (asked, refused) = (redemption(RedeemMode::Asked), Outcome::Rejected { refusal: Refusal::NotStanding });
    let honour = body(3, Operation::honour(VOUCHER, asked.op));
    let resolved = collided(&asked, ConflictState::Resolved);
    let sold = sale();
    let own = [waiting(&sold), answered(&asked, &refused, None), waiting(&honour)];
    let state = shown(Some(used(&asked, 3)), std::slice::from_ref(&resolved), &own);
    assert_eq!(state.conflicts, vec![resolved]);
    assert_eq!(state.voucher.map(|voucher| (voucher.status, voucher.since.op, voucher.row_version)), Some((Status::Used, asked.op, 3)));
}

#[test]
fn rule_6_an_honoured_redemption_that_was_taken_back_before_its_answer_came_is_not_shown_as_the_use() {
    let (asked, refused) = (redemption(RedeemMode::Asked), Outcome::Rejected { refusal: Refusal::NotStanding });
    let honour = body(3, Operation::honour(VOUCHER, asked.op));
    let resolved = collided(&asked, ConflictState::Resolved);
    let undo = body(9, Operation::Withdraw { voucher: VOUCHER, redemption: asked.op });
    let undone = Voucher { status: Status::Purchased, since: undo.stamp(), ..used(&asked, 4) };
    let sold = sale();
    let own = [waiting(&sold), answered(&asked, &refused, None), waiting(&honour)];
    let state = shown(Some(undone.clone()), std::slice::from_ref(&resolved), &own);
    assert_eq!((state.voucher, state.conflicts), (Some(undone), vec![resolved]));
}

#[test]
fn rule_6_a_settled_conflict_is_not_open_again_where_its_redemption_was_put_back_without_its_outcome() {
    let honoured = redemption(RedeemMode::Honoured);
    let settled = collided(&honoured, ConflictState::Settled);
    let cancel = body(9, Operation::Withdraw { voucher: VOUCHER, redemption: honoured.op });
    let state = shown(Some(used(&cancel, 2)), std::slice::from_ref(&settled), &[waiting(&honoured)]);
    assert_eq!(state.conflicts, vec![settled]);
}

#[test]
fn rule_6_what_a_cache_holds_that_is_being_filled_is_not_noted() {
    let sold = sale();
    let refused = Outcome::Rejected { refusal: beadsbox_domain::Refusal::Repeated };
    let own = answered(&sold, &refused, None);
    let noted = |place: &Place| {
        let Ok((_, replayed)) = voucher(None, &[], [own], place, &mut Rules);
        replayed.newly_contained
    };
    assert_eq!(noted(&PLACE), vec![1]);
    // A power cut may take its rows, and its cursor would not tell.
    assert_eq!(noted(&Place { epoch: None, cursor: 0, ..PLACE }), Vec::<u64>::new());
}
