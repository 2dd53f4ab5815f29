//! The reports' story: what each says of a few vouchers.

use beadsbox_domain::{
    Date, Operation, Outcome, Payment, Role, Settlement, ShopId, Timestamp, VoucherId,
    ledger::{Accounts, EntryKind},
};
use beadsbox_protocol::{
    ErrorCode,
    report::{Accounting, AccountsChange, Activity, Age, Ageing, Breakage, Grain, Liability, LiabilityLine, ReportQuery, Split, Until, VatReport},
};
use beadsbox_server::{Profile, organisation};
use beadsbox_testkit::{Session, TestDevice, fixtures};
use jiff::{SignedDuration, civil::date};
use reqwest::Method;

use super::{discrepancies, report};
use crate::support::{PASSWORD, Stage, sell, sell_many, undo};

/// What the introduction costs, in cents of EUR, with 20 % VAT: 689 of it.
const PRICE: i64 = 4136;
const VAT: i64 = 689;

struct Office {
    stage: Stage,
    device: TestDevice,
    session: Session,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn open() -> Office {
    let stage = Stage::new().await;
    stage.clock.set(at("2026-03-02T09:00:00Z"));
    let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
    Office { stage, device, session }
}

impl Office {
    /// A till in another shop.
    async fn till_elsewhere(&self) -> (TestDevice, ShopId) {
        let shop = organisation::add_shop(&self.stage.pool, "Soho", "America/New_York").await.unwrap();
        let code = organisation::add_enrolment_code(&self.stage.pool, shop.id, Profile::Office).await.unwrap();
        let mut device = TestDevice::enrol(&self.stage.base, &code.code, "Soho 1").await.unwrap();
        self.stage.staff("Ada", Role::Counter).await;
        device.sign_in("Ada", PASSWORD).await.unwrap();
        device.now = self.stage.clock.now();
        (device, shop.id)
    }

    /// A day later, at the same hour, for these devices as well.
    async fn tomorrow(&mut self, devices: &mut [&mut TestDevice]) {
        self.stage.clock.advance(SignedDuration::from_hours(24));
        self.device.now = self.stage.clock.now();
        for device in devices {
            device.now = self.stage.clock.now();
        }
        // Sessions last for half a day.
        self.session = self.device.sign_in("Adrien", PASSWORD).await.unwrap();
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, name: &str, query: &ReportQuery) -> T {
        report(&self.device, &self.session, name, query).await.unwrap()
    }

    async fn liability(&self, from: Date, to: Date) -> LiabilityLine {
        let liability: Liability = self.ask("liability", &ReportQuery::of(from, to)).await;
        let [line] = liability.lines.as_slice() else { panic!("one line: {liability:?}") };
        line.clone()
    }
}

fn day(day: i8) -> Date {
    date(2026, 3, day)
}

async fn applied(device: &mut TestDevice, operation: Operation) {
    assert_eq!(device.act(operation).await.unwrap(), Outcome::Applied);
}

fn cancel(voucher: VoucherId) -> Operation {
    Operation::Cancel { voucher, reason: fixtures::reason() }
}

fn refund(voucher: VoucherId) -> Operation {
    Operation::Refund { voucher, reason: fixtures::reason(), payment: Payment::Cash }
}

#[tokio::test]
async fn what_a_shop_owes_is_followed_from_day_to_day() {
    let mut office = open().await;
    let mut till = office.stage.till("Camille").await;
    let (mut elsewhere, soho) = office.till_elsewhere().await;
    let vouchers = sell_many(&mut till, 4).await;
    office.tomorrow(&mut [&mut till, &mut elsewhere]).await;
    let redemption = elsewhere.record(fixtures::ask(vouchers[0]));
    elsewhere.push().await.unwrap();
    applied(&mut till, fixtures::ask(vouchers[1])).await;
    office.tomorrow(&mut [&mut till, &mut elsewhere]).await;
    applied(&mut office.device, undo(vouchers[0], redemption)).await;
    applied(&mut office.device, cancel(vouchers[2])).await;
    office.tomorrow(&mut [&mut till]).await;
    applied(&mut office.device, refund(vouchers[2])).await;

    let line = office.liability(day(2), day(2)).await;
    assert_eq!((line.opening, line.sold, line.closing), (0, 4 * PRICE, 4 * PRICE));
    let line = office.liability(day(3), day(3)).await;
    assert_eq!(
        (line.opening, line.redeemed, line.closing, line.shop),
        (4 * PRICE, 2 * PRICE, 2 * PRICE, office.stage.shop.id),
        "the shop that sold owes"
    );
    let line = office.liability(day(4), day(4)).await;
    assert_eq!(
        (line.undone, line.cancelled, line.closing, line.closing_money),
        (PRICE, PRICE, 3 * PRICE, PRICE),
        "money is owed instead of the service"
    );
    let line = office.liability(day(2), day(5)).await;
    assert_eq!((line.opening, line.sold, line.redeemed, line.undone, line.refunded), (0, 4 * PRICE, 2 * PRICE, PRICE, PRICE));
    assert_eq!((line.closing, line.closing_money, line.late.count), (2 * PRICE, 0, 0));
    assert_eq!(discrepancies(&office.stage.pool).await, Vec::<String>::new());

    // Who redeemed, and from whom it was taken again.
    let by_shop = ReportQuery { split: Some(Split::Shop), ..ReportQuery::of(day(2), day(5)) };
    let activity: Activity = office.ask("activity", &by_shop).await;
    let of = |shop: ShopId| activity.rows.iter().find(|row| row.of == Some(shop.0)).unwrap();
    assert_eq!((of(soho).redeemed.count, of(soho).undone.count, of(soho).sold.count), (1, 1, 0));
    let marais = of(office.stage.shop.id);
    assert_eq!(
        (marais.sold.count, marais.redeemed.minor, marais.undone.count, marais.cancelled.count, marais.refunded.minor),
        (4, PRICE, 0, 1, PRICE)
    );
    assert_eq!(activity.made.name(soho.0), "Soho");
    let by_day = ReportQuery { by: Some(Grain::Day), ..ReportQuery::of(day(1), day(31)) };
    let activity: Activity = office.ask("activity", &by_day).await;
    assert_eq!(activity.rows.iter().map(|row| row.start.unwrap()).collect::<Vec<_>>(), [day(2), day(3), day(4), day(5)]);
    let by_week = ReportQuery { by: Some(Grain::Week), ..ReportQuery::of(day(1), day(31)) };
    let activity: Activity = office.ask("activity", &by_week).await;
    assert_eq!(activity.rows.iter().map(|row| row.start.unwrap()).collect::<Vec<_>>(), [day(2)], "a Monday");
}

/// The report for a past day changes only for what arrives late, and says how much that was.
#[tokio::test]
async fn what_arrives_late_is_said() {
    let mut office = open().await;
    let (mut till, mut offline) = (office.stage.till("Camille").await, office.stage.till("Noé").await);
    let vouchers = sell_many(&mut till, 2).await;
    assert_eq!(office.liability(day(2), day(2)).await.closing, 2 * PRICE);
    offline.record(fixtures::honour(vouchers[0]));
    office.tomorrow(&mut [&mut till]).await;
    office.tomorrow(&mut [&mut till]).await;
    assert_eq!(office.liability(day(2), day(2)).await.late.count, 0);
    offline.now = office.stage.clock.now();
    offline.push().await.unwrap();
    let line = office.liability(day(2), day(2)).await;
    assert_eq!((line.redeemed, line.closing, line.late.count, line.late.owed), (PRICE, PRICE, 1, -PRICE));
    let line = office.liability(day(3), day(3)).await;
    assert_eq!((line.opening, line.closing, line.late.count), (PRICE, PRICE, 1), "nor was it known a day later");
    assert_eq!(office.liability(day(4), day(4)).await.late.count, 0);

    // A clock that is not right says nothing of when it was: then the day counts on which it arrived.
    offline.clock_right = false;
    offline.now = at("2026-03-01T12:00:00Z");
    offline.record(fixtures::honour(vouchers[1]));
    offline.now = office.stage.clock.now();
    offline.push().await.unwrap();
    let line = office.liability(day(4), day(4)).await;
    assert_eq!((line.redeemed, line.closing, line.late.count), (PRICE, 0, 0));
}

/// In Tokyo it is tomorrow already.
#[tokio::test]
async fn a_day_is_the_shops_own() {
    let office = open().await;
    office.stage.clock.set(at("2026-03-02T20:00:00Z"));
    let shop = organisation::add_shop(&office.stage.pool, "Ginza", "Asia/Tokyo").await.unwrap();
    let code = organisation::add_enrolment_code(&office.stage.pool, shop.id, Profile::Office).await.unwrap();
    let mut ginza = TestDevice::enrol(&office.stage.base, &code.code, "Ginza 1").await.unwrap();
    office.stage.staff("Hana", Role::Counter).await;
    ginza.sign_in("Hana", PASSWORD).await.unwrap();
    ginza.now = office.stage.clock.now();
    let mut marais = office.stage.till("Camille").await;
    for till in [&mut ginza, &mut marais] {
        sell(till).await;
    }
    let by_day = ReportQuery { by: Some(Grain::Day), split: Some(Split::Shop), ..ReportQuery::of(day(1), day(5)) };
    let session = office.device.clone().sign_in("Adrien", PASSWORD).await.unwrap();
    let activity: Activity = report(&office.device, &session, "activity", &by_day).await.unwrap();
    let days: Vec<_> = activity.rows.iter().map(|row| (row.start.unwrap(), row.of.unwrap())).collect();
    assert_eq!(days, [(day(2), office.stage.shop.id.0), (day(3), shop.id.0)]);
}

/// A conflict stands beside what is owed; what is settled is no longer at stake.
#[tokio::test]
async fn conflicts_and_promotions_keep_the_books_right() {
    let mut office = open().await;
    let (mut one, mut two) = (office.stage.till("Camille").await, office.stage.till("Noé").await);
    let vouchers = sell_many(&mut one, 2).await;
    let first: Vec<_> = vouchers.iter().map(|voucher| one.record(fixtures::honour(*voucher))).collect();
    let second: Vec<_> = vouchers.iter().map(|voucher| two.record(fixtures::honour(*voucher))).collect();
    one.push().await.unwrap();
    two.push().await.unwrap();
    let activity: Activity = office.ask("activity", &ReportQuery::of(day(2), day(2))).await;
    assert_eq!((activity.rows[0].redeemed.count, activity.rows[0].at_stake.count, activity.rows[0].at_stake.minor), (2, 2, 2 * PRICE));
    assert_eq!(office.liability(day(2), day(2)).await.closing, 0, "nothing is owed twice");

    let settle = Operation::SettleConflict {
        conflict: second[0].into(),
        voucher: vouchers[0],
        seen_version: 1,
        settlement: Settlement::ChargeShop,
        reason: fixtures::reason(),
    };
    applied(&mut office.device, settle).await;
    // The first redemption was a mistake: the second one, which collided with it, takes its place.
    applied(&mut office.device, undo(vouchers[1], first[1])).await;
    let line = office.liability(day(2), day(2)).await;
    assert_eq!((line.redeemed, line.undone, line.closing), (3 * PRICE, PRICE, 0));
    assert_eq!(discrepancies(&office.stage.pool).await, Vec::<String>::new());
    let settled: Vec<(String, i64)> = sqlx::query_as("SELECT settlement, stake_minor FROM ledger_entry WHERE kind = 'settled'")
        .fetch_all(&office.stage.pool)
        .await
        .unwrap();
    assert_eq!(settled, [("charge_shop".to_owned(), -PRICE)]);
}

#[tokio::test]
async fn vat_is_due_at_the_sale_and_comes_back_with_the_refund() {
    let mut office = open().await;
    let mut till = office.stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 3).await;
    applied(&mut till, fixtures::ask(vouchers[0])).await;
    applied(&mut office.device, cancel(vouchers[1])).await;
    applied(&mut office.device, refund(vouchers[1])).await;
    let vat: VatReport = office.ask("vat", &ReportQuery::of(day(2), day(2))).await;
    let [line] = vat.lines.as_slice() else { panic!("one line: {vat:?}") };
    assert_eq!((line.sold, line.refunded, line.due, line.to_be_taxed), (3 * PRICE, PRICE, 2 * VAT, 0));

    let accounting: Accounting = office.ask("accounting", &ReportQuery::of(day(2), day(2))).await;
    let balance = |account: &str| accounting.postings.iter().filter(|line| line.account == account).map(|line| line.credit - line.debit).sum::<i64>();
    let accounts = Accounts::default();
    assert_eq!(accounting.postings.iter().map(|line| line.credit - line.debit).sum::<i64>(), 0);
    assert_eq!((balance(&accounts.vouchers), balance(&accounts.refunds_owed)), (office.liability(day(2), day(2)).await.closing, 0));
    assert_eq!((balance(&accounts.vat), balance(&accounts.turnover), balance(&accounts.vat_in_between)), (2 * VAT, PRICE - VAT, -VAT));
    let by_card: Vec<_> = accounting.lines.iter().filter(|line| line.payment == Some(Payment::CardTerminal)).collect();
    assert_eq!(by_card.iter().map(|line| (line.sold, line.vat, line.owed)).collect::<Vec<_>>(), [(3 * PRICE, 3 * VAT, 3 * PRICE)]);
    assert_eq!(accounting.lines.iter().map(|line| line.owed).sum::<i64>(), PRICE);
    assert!(
        accounting
            .postings
            .iter()
            .any(|line| line.kind == EntryKind::Refunded && line.account == accounts.cash && line.credit == PRICE)
    );
}

#[tokio::test]
async fn what_is_owed_grows_old_and_what_is_never_used_is_counted() {
    let mut office = open().await;
    let mut till = office.stage.till("Camille").await;
    let vouchers = sell_many(&mut till, 4).await;
    applied(&mut till, fixtures::ask(vouchers[0])).await;
    // The introduction holds for twelve months.
    let ageing: Ageing = office.ask("ageing", &ReportQuery::of(day(2), day(2))).await;
    assert_eq!(
        ageing.lines.iter().map(|line| (line.age, line.until, line.owed.count)).collect::<Vec<_>>(),
        [(Age::Under3, Until::Over12, 3)]
    );
    let later = date(2027, 2, 20);
    let ageing: Ageing = office.ask("ageing", &ReportQuery::of(later, later)).await;
    assert_eq!(
        ageing.lines.iter().map(|line| (line.age, line.until, line.owed.minor)).collect::<Vec<_>>(),
        [(Age::Under12, Until::Under1, 3 * PRICE)]
    );
    let breakage: Breakage = office.ask("breakage", &ReportQuery::of(later, later)).await;
    let [line] = breakage.lines.as_slice() else { panic!("one line: {breakage:?}") };
    assert_eq!((line.over.count, line.within_30_days.count, line.within_90_days.minor, line.owed.count), (0, 3, 3 * PRICE, 3));
    assert_eq!(line.share_basis_points(), None);

    office.stage.clock.set(at("2027-04-01T09:00:00Z"));
    office.session = office.device.sign_in("Adrien", PASSWORD).await.unwrap();
    assert_eq!(office.stage.server.as_ref().unwrap().expire_now().await.unwrap(), 3);
    office.device.now = office.stage.clock.now();
    applied(&mut office.device, Operation::HonourExpired { voucher: vouchers[1], reason: fixtures::reason() }).await;
    let over = date(2027, 4, 1);
    let breakage: Breakage = office.ask("breakage", &ReportQuery::of(over, over)).await;
    let line = &breakage.lines[0];
    assert_eq!((line.over.count, line.never_redeemed.count, line.never_redeemed.minor, line.owed.count), (4, 2, 2 * PRICE, 0));
    assert_eq!(line.share_basis_points(), Some(5000));
    let line = office.liability(over, over).await;
    assert_eq!((line.expired, line.expired_honoured, line.closing), (3 * PRICE, PRICE, 0));
}

#[tokio::test]
async fn a_report_has_its_bounds_and_its_filters() {
    let office = open().await;
    let mut till = office.stage.till("Camille").await;
    sell(&mut till).await;
    for query in [
        ReportQuery::of(day(3), day(2)),
        ReportQuery::of(date(2000, 1, 1), day(2)),
        ReportQuery { currency: Some("XXL".to_owned()), ..ReportQuery::of(day(2), day(2)) },
    ] {
        let problem = report::<Liability>(&office.device, &office.session, "liability", &query).await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::Malformed, "{query:?}");
    }
    let nothing = ReportQuery { currency: Some("USD".to_owned()), ..ReportQuery::of(day(2), day(2)) };
    let liability: Liability = office.ask("liability", &nothing).await;
    assert!(liability.lines.is_empty());
    let nothing = ReportQuery { template: Some(fixtures::ENTANGLEMENT), ..ReportQuery::of(day(2), day(2)) };
    let activity: Activity = office.ask("activity", &nothing).await;
    assert!(activity.rows.is_empty());
    let liability: Liability = office.ask("liability", &ReportQuery::of(day(2), day(2))).await;
    let last: i64 = sqlx::query_scalar("SELECT max(commit_no) FROM operation").fetch_one(&office.stage.pool).await.unwrap();
    assert_eq!((liability.made.through_commit_no, liability.made.data_age_seconds), (u64::try_from(last).unwrap(), 0));
    assert_eq!(liability.made.name(office.stage.shop.id.0), "Marais");

    let (device, session) = (&office.device, &office.session);
    let accounts = Accounts { cash: "5311".to_owned(), ..Accounts::default() };
    let change = |row_version, accounts: &Accounts| AccountsChange { row_version, accounts: accounts.clone() };
    let put = async |change: AccountsChange| device.call_as::<AccountsChange>(&session.token, Method::PUT, "/v1/admin/accounts", Some(&change)).await;
    assert_eq!(put(change(1, &accounts)).await.unwrap().row_version, 2);
    assert_eq!(put(change(1, &accounts)).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    assert_eq!(put(change(2, &Accounts { vat: "=1".to_owned(), ..accounts.clone() })).await.unwrap_err().code, ErrorCode::Malformed);
    let accounting: Accounting = office.ask("accounting", &ReportQuery::of(day(2), day(2))).await;
    assert_eq!((accounting.accounts, accounting.row_version), (accounts, 2));
}
