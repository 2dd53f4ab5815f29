//! What the screens show of own work, case by case.

use crate::common::{self, Device, EPOCH, at, content, op_id, person, redeem, sale, server::Server, template_id, voucher_id};
use beadsbox_domain::{ConflictId, ConflictState, Operation, Outcome, RedeemMode, Settlement, Status, TemplateContent};
use beadsbox_store::{BatchLimit, RedemptionState, VoucherView};

fn synced(server: &mut Server, vouchers: u64) -> Device {
    (1..=vouchers).for_each(|number| server.sell_there(number, "Anna"));
    let device = Device::new();
    server.sync(&device.store, at(0));
    device
}

fn shown(device: &Device, number: u64) -> VoucherView {
    device.store.view().unwrap().voucher(voucher_id(number)).unwrap().unwrap()
}

fn state(device: &Device, op: u64) -> RedemptionState {
    device.store.view().unwrap().redemption_state(op_id(op)).unwrap().unwrap()
}

/// Sends, and keeps what came back, without pulling.
fn push(server: &mut Server, device: &Device) {
    let batch = device.store.pending_batch(0, BatchLimit::default()).unwrap().unwrap();
    let results = server.push(&batch.bodies, &batch.persons);
    device.store.record_results(&results, EPOCH).unwrap();
}

fn honour(number: u64, ask: u64) -> Operation {
    Operation::honour(voucher_id(number), op_id(ask))
}

fn withdraw(number: u64, ask: u64) -> Operation {
    Operation::Withdraw { voucher: voucher_id(number), redemption: op_id(ask) }
}

#[test]
fn a_sale_is_there_at_once_with_its_buyer() {
    let device = Device::new();
    let content = content("Bread", 4000, Some(12));
    device.record(1, Operation::CreateTemplate { template: template_id(7), content: content.clone() });
    let (operation, salted) = sale(1, template_id(7), &content, &person("Anna"));
    device.record_with(2, operation, salted);
    let view = device.store.view().unwrap();
    let voucher = view.voucher(voucher_id(1)).unwrap().unwrap();
    assert!(voucher.waiting);
    assert_eq!(voucher.person, Some(person("Anna")));
    assert_eq!(view.voucher_by_code(common::code(1)).unwrap().unwrap(), voucher);
    let templates = view.templates(false).unwrap();
    assert_eq!(templates.len(), 1);
    assert_eq!((templates[0].sold, templates[0].outstanding, templates[0].waiting), (1, 1, true));
}

#[test]
fn an_ask_that_was_confirmed_shows_before_the_row_comes() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    device.record(1, redeem(1, RedeemMode::Asked));
    assert_eq!(state(&device, 1), RedemptionState::Waiting);
    assert_eq!(shown(&device, 1).voucher.status, Status::Used);
    push(&mut server, &device);
    assert_eq!(state(&device, 1), RedemptionState::Confirmed);
    assert_eq!(shown(&device, 1).voucher, server.vouchers[&voucher_id(1)]);
    server.pull(&device.store, at(1));
    assert_eq!(shown(&device, 1).voucher, server.vouchers[&voucher_id(1)]);
    assert!(!shown(&device, 1).waiting);
}

#[test]
fn an_ask_that_was_refused_books_nothing() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    device.record(1, redeem(1, RedeemMode::Asked));
    push(&mut server, &device);
    assert_eq!(state(&device, 1), RedemptionState::Refused);
    assert_eq!(shown(&device, 1).voucher.status, Status::Purchased, "as cached: nothing was done here");
    // The goods went after all.
    device.record(2, honour(1, 1));
    assert_eq!(state(&device, 1), RedemptionState::Waiting);
    assert_eq!(shown(&device, 1).voucher.status, Status::Used);
    push(&mut server, &device);
    assert_eq!(state(&device, 1), RedemptionState::Conflict);
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 1);
    server.pull(&device.store, at(1));
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 1);
    assert_eq!(shown(&device, 1).voucher, server.vouchers[&voucher_id(1)]);
    assert_eq!(state(&device, 1), RedemptionState::Conflict);
    assert!(device.store.view().unwrap().refused().unwrap().is_empty(), "the honouring told the story");
}

#[test]
fn an_ask_in_the_dark_is_honoured_or_withdrawn() {
    for (goods_went, reply_came) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut server = Server::new(EPOCH);
        let device = synced(&mut server, 1);
        device.record(1, redeem(1, RedeemMode::Asked));
        if reply_came {
            push(&mut server, &device);
        }
        assert_eq!(device.store.view().unwrap().open_asks().unwrap().len(), usize::from(!reply_came));
        device.record(2, if goods_went { honour(1, 1) } else { withdraw(1, 1) });
        assert!(device.store.view().unwrap().open_asks().unwrap().is_empty());
        let status = if goods_went { Status::Used } else { Status::Purchased };
        assert_eq!(shown(&device, 1).voucher.status, status);
        let here = match (goods_went, reply_came) {
            (false, _) => RedemptionState::Withdrawn,
            (true, true) => RedemptionState::Confirmed,
            (true, false) => RedemptionState::Waiting,
        };
        assert_eq!(state(&device, 1), here);
        server.pull(&device.store, at(1));
        assert_eq!(shown(&device, 1).voucher.status, status);
        server.sync(&device.store, at(2));
        assert_eq!(shown(&device, 1).voucher, server.vouchers[&voucher_id(1)]);
        assert_eq!(shown(&device, 1).voucher.status, status);
        assert_eq!(state(&device, 1), if goods_went { RedemptionState::Confirmed } else { RedemptionState::Withdrawn });
        assert!(!shown(&device, 1).waiting);
    }
}

#[test]
fn a_conflict_that_is_foreseen_is_the_one_that_comes() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    server.pull(&device.store, at(1));
    device.record(1, redeem(1, RedeemMode::Honoured));
    let foreseen = device.store.view().unwrap().conflicts(false, 10, |_, _| true).unwrap();
    assert_eq!(foreseen.len(), 1);
    assert!(foreseen[0].waiting && foreseen[0].voucher.is_some());
    assert!(shown(&device, 1).open_conflict);
    for step in [push as fn(&mut Server, &Device), |server: &mut Server, device: &Device| server.pull(&device.store, at(2))] {
        step(&mut server, &device);
        let known = device.store.view().unwrap().conflicts(false, 10, |_, _| true).unwrap();
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].conflict, foreseen[0].conflict);
        assert!(!known[0].waiting);
    }
}

#[test]
fn a_conflict_that_was_not_foreseen_shows_with_the_answer() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    device.record(1, redeem(1, RedeemMode::Honoured));
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 0);
    push(&mut server, &device);
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 1);
    assert_eq!(shown(&device, 1).voucher.status, Status::Used, "nobody redeems it here again");
    assert_eq!(state(&device, 1), RedemptionState::Conflict);
}

#[test]
fn a_settled_conflict_stays_settled_on_the_way() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    device.record(1, redeem(1, RedeemMode::Honoured));
    server.sync(&device.store, at(1));
    let settle = Operation::SettleConflict {
        conflict: ConflictId::from(op_id(1)),
        voucher: voucher_id(1),
        seen_version: 1,
        settlement: Settlement::WriteOff,
        reason: common::reason(),
    };
    device.record(2, settle);
    for step in 0..3 {
        let view = device.store.view().unwrap();
        assert_eq!(view.open_conflicts().unwrap(), 0, "step {step}");
        let all = view.conflicts(true, 10, |_, _| true).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].conflict.state, ConflictState::Settled);
        drop(view);
        match step {
            0 => push(&mut server, &device),
            1 => server.pull(&device.store, at(2)),
            _ => {}
        }
    }
    assert_eq!(
        device.store.view().unwrap().conflict(ConflictId::from(op_id(1))).unwrap().unwrap().conflict,
        server.conflicts[&op_id(1).into()]
    );
}

#[test]
fn the_servers_word_counts_where_the_cached_row_is_older() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    server.pull(&device.store, at(1));
    let first = server.vouchers[&voucher_id(1)].since.op;
    // Undone over there; this device does not know, and the server accepts what it did.
    server.other(Operation::UndoRedemption { voucher: voucher_id(1), redemption: first, reason: common::reason() }, &[]);
    device.record(1, redeem(1, RedeemMode::Honoured));
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 1, "so it foresees one");
    push(&mut server, &device);
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 0);
    assert_eq!(shown(&device, 1).voucher, server.vouchers[&voucher_id(1)]);
    assert_eq!(state(&device, 1), RedemptionState::Confirmed);
}

#[test]
fn a_redemption_that_somebody_undid_is_undone_in_the_list() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 2);
    device.record(1, redeem(1, RedeemMode::Honoured));
    device.record(2, redeem(2, RedeemMode::Honoured));
    server.sync(&device.store, at(1));
    server.other(Operation::UndoRedemption { voucher: voucher_id(1), redemption: op_id(1), reason: common::reason() }, &[]);
    device.record(3, Operation::UndoRedemption { voucher: voucher_id(2), redemption: op_id(2), reason: common::reason() });
    assert_eq!(state(&device, 1), RedemptionState::Confirmed);
    assert_eq!(state(&device, 2), RedemptionState::Undone);
    server.sync(&device.store, at(2));
    let recent = device.store.view().unwrap().recent_redemptions(10).unwrap();
    assert_eq!(
        recent.iter().map(|one| (one.op, one.state)).collect::<Vec<_>>(),
        [(op_id(2), RedemptionState::Undone), (op_id(1), RedemptionState::Undone)]
    );
    assert!(recent.iter().all(|one| one.brief.as_ref().is_some_and(|brief| brief.title.as_deref() == Some("Bread"))));
    assert_eq!(device.store.view().unwrap().recent_redemptions(1).unwrap().len(), 1);
}

#[test]
fn the_second_of_two_becomes_the_confirmed_one_when_the_first_is_undone() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    server.other(redeem(1, RedeemMode::Honoured), &[]);
    let first = server.vouchers[&voucher_id(1)].since.op;
    device.record(1, redeem(1, RedeemMode::Honoured));
    server.sync(&device.store, at(1));
    assert_eq!(state(&device, 1), RedemptionState::Conflict);
    server.other(Operation::UndoRedemption { voucher: voucher_id(1), redemption: first, reason: common::reason() }, &[]);
    server.sync(&device.store, at(2));
    assert_eq!(state(&device, 1), RedemptionState::Confirmed);
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 0);
}

#[test]
fn template_edits_follow_each_other() {
    let mut server = Server::new(EPOCH);
    let device = Device::new();
    let said = |title: &str| -> TemplateContent { content(title, 4000, None) };
    let template = template_id(1);
    device.record(1, Operation::CreateTemplate { template, content: said("One") });
    device.record(2, Operation::EditTemplate { template, based_on: 1, content: said("Two") });
    device.record(3, Operation::ArchiveTemplate { template, archived: true });
    let shown = || device.store.view().unwrap().template(template).unwrap().unwrap();
    assert_eq!((shown().template.version, shown().template.archived, shown().waiting), (2, true, true));
    assert!(device.store.view().unwrap().templates(false).unwrap().is_empty());
    push(&mut server, &device);
    assert_eq!(shown().template, server.templates[&template]);
    server.pull(&device.store, at(1));
    assert_eq!(shown().template, server.templates[&template]);
    // An edit on an old version is refused, and does not show.
    device.record(4, Operation::EditTemplate { template, based_on: 1, content: said("Three") });
    assert_eq!(shown().template.content, said("Two"));
    push(&mut server, &device);
    assert_eq!(device.store.view().unwrap().refused().unwrap().len(), 1);
}

#[test]
fn the_offline_limits_count_what_was_honoured_and_not_answered() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 4);
    device.record(1, redeem(1, RedeemMode::Honoured));
    device.record(2, redeem(2, RedeemMode::Asked));
    device.record(3, redeem(3, RedeemMode::Asked));
    device.record(4, honour(3, 3));
    device.record(5, withdraw(2, 2));
    let used = device.store.view().unwrap().offline_use().unwrap();
    assert_eq!((used.honoured, used.last_sync_at), (2, Some(at(0))));
    server.sync(&device.store, at(9));
    let used = device.store.view().unwrap().offline_use().unwrap();
    assert_eq!((used.honoured, used.last_sync_at), (0, Some(at(9))));
}

#[test]
fn names_and_limits_come_with_the_sync() {
    let device = Device::new();
    assert_eq!(device.store.view().unwrap().directory().shop_name(common::SHOP), "");
    Server::new(EPOCH).sync(&device.store, at(0));
    let view = device.store.view().unwrap();
    assert_eq!(view.directory().shop_name(common::SHOP), "Rue des Perles");
    assert_eq!(view.directory().staff_name(common::STAFF), "Zoé");
    assert_eq!(view.directory().shops().len(), 1);
}

#[test]
fn foretelling_records_nothing() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    let new = common::new_operation(1, redeem(1, RedeemMode::Asked), None);
    let view = device.store.view().unwrap();
    assert_eq!(view.foretell(&new).unwrap().outcome, Outcome::Applied);
    let unknown = common::new_operation(2, redeem(99, RedeemMode::Asked), None);
    assert!(matches!(view.foretell(&unknown).unwrap().outcome, Outcome::Rejected { .. }));
    let (operation, salted) = sale(1, template_id(1), &content("Bread", 4000, Some(12)), &person("Anna"));
    let sold = common::new_operation(3, operation, salted);
    assert!(matches!(view.foretell(&sold).unwrap().outcome, Outcome::Rejected { .. }), "the id is taken");
    drop(view);
    assert_eq!(device.store.counts().unwrap().total, 0);
}

/// Honoured before its sale had reached the server: the sale makes it the accepted one.
#[test]
fn a_redemption_that_its_own_sale_promoted_is_confirmed_before_the_conflicts_row_comes() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 1);
    device.record(1, redeem(7, RedeemMode::Honoured));
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 0, "that this device does not know it says nothing");
    device.sell(2, 7, "Anna");
    push(&mut server, &device);
    let position = device.store.position().unwrap();
    device.store.apply_page(&server.page(&position.cursor, 2, 1), at(1)).unwrap();
    assert_eq!(shown(&device, 7).voucher, server.vouchers[&voucher_id(7)]);
    assert_eq!(device.store.view().unwrap().open_conflicts().unwrap(), 0);
    assert_eq!(state(&device, 1), RedemptionState::Confirmed);
    device.record(3, Operation::UndoRedemption { voucher: voucher_id(7), redemption: op_id(1), reason: common::reason() });
    assert_eq!(shown(&device, 7).voucher.status, Status::Purchased);
    server.sync(&device.store, at(2));
    assert_eq!(shown(&device, 7).voucher, server.vouchers[&voucher_id(7)]);
    assert_eq!(state(&device, 1), RedemptionState::Undone);
}

#[test]
fn rule_6_a_conflict_makes_no_version_that_the_row_never_had() {
    let mut server = Server::new(EPOCH);
    let device = synced(&mut server, 0);
    server.other(redeem(7, RedeemMode::Honoured), &[]);
    server.sell_there(1, "Anna");
    device.sell(1, 7, "Anna");
    device.record(2, redeem(7, RedeemMode::Honoured));
    push(&mut server, &device);
    let before = shown(&device, 7).voucher.row_version;
    server.pull(&device.store, at(1));
    assert_eq!(before, shown(&device, 7).voucher.row_version);
}

#[test]
fn a_counter_knows_the_address_and_the_message_of_its_own_sales_until_the_buyer_is_erased() {
    let mut server = Server::new(EPOCH);
    server.sell_there(1, "Anna");
    let device = Device::new();
    server.sync(&device.store, at(0));
    let mut buyer = common::person("Berta");
    buyer.message = Some(beadsbox_domain::text::Message::new("Happy birthday").unwrap());
    let (operation, person) = common::sale(2, template_id(1), &content("Bread", 4000, Some(12)), &buyer);
    device.record_with(1, operation, person);
    let batch = device.store.pending_batch(0, beadsbox_store::BatchLimit::default()).unwrap().unwrap();
    let results = server.push(&batch.bodies, &batch.persons);
    device.store.record_results(&results, EPOCH).unwrap();
    let shown = || device.store.view().unwrap().voucher(voucher_id(2)).unwrap().unwrap().person;
    assert_eq!(shown(), Some(buyer.clone()), "before the row has come");
    // As a counter's rows are sent.
    server.persons.get_mut(&voucher_id(2)).unwrap().message = None;
    server.pull(&device.store, at(1));
    assert_eq!(shown(), Some(buyer.clone()), "the row has none");
    let by_code = device.store.view().unwrap().voucher_by_code(common::code(2)).unwrap().unwrap().person;
    assert_eq!(by_code, Some(buyer.clone()));
    device.record(2, redeem(2, RedeemMode::Honoured));
    assert_eq!(shown(), Some(buyer), "with own work on top");
    server.persons.remove(&voucher_id(2));
    server.other(redeem(2, RedeemMode::Asked), &[]);
    server.pull(&device.store, at(2));
    assert_eq!(shown(), None, "what the server erased is erased");
}

#[test]
fn the_buyer_of_a_sale_that_was_refused_is_erased_with_its_outcome() {
    let mut server = Server::new(EPOCH);
    server.sell_there(1, "Anna");
    let device = Device::new();
    server.sync(&device.store, at(0));
    device.sell(1, 2, "Anna");
    // Under an id that another device's voucher has.
    let (operation, berta) = sale(1, template_id(1), &content("Bread", 4000, Some(12)), &person("Berta"));
    device.record_with(2, operation, berta);
    let buyers = || device.store.batch_from(1, beadsbox_store::BatchLimit::default()).unwrap().unwrap().1.persons.len();
    let batch = device.store.pending_batch(0, beadsbox_store::BatchLimit::default()).unwrap().unwrap();
    assert_eq!((batch.persons.len(), buyers()), (2, 2), "until then it has to be sent");
    let results = server.push(&batch.bodies, &batch.persons);
    assert!(matches!(results[1].result, Some(Outcome::Rejected { .. })), "{:?}", results[1]);
    device.store.record_results(&results, EPOCH).unwrap();
    assert_eq!(buyers(), 1, "the one of the sale that was taken");
}
