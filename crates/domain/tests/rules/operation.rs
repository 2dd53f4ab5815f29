use beadsbox_domain::{CashMovement, ConflictId, Deed, Operation, Payment, RedeemMode, Settlement, Status, operation::Subject};
use rstest::rstest;
use serde_json::json;

use crate::{
    decide_import::import,
    support::{BEFORE, TEMPLATE, VOUCHER, content, eur, reason, redeem, sale},
};

/// One of each, with the deed that it is, whether it tells of what happened already, and its name on the wire.
fn all() -> Vec<(Operation, Deed, bool, &'static str)> {
    let (voucher, redemption, template) = (VOUCHER, BEFORE, TEMPLATE);
    let settle = Operation::SettleConflict { conflict: ConflictId::from(BEFORE), voucher, seen_version: 1, settlement: Settlement::WriteOff, reason: reason() };
    vec![
        (Operation::CreateTemplate { template, content: content() }, Deed::WriteTemplates, false, "create_template"),
        (Operation::EditTemplate { template, based_on: 1, content: content() }, Deed::WriteTemplates, false, "edit_template"),
        (Operation::ArchiveTemplate { template, archived: true }, Deed::WriteTemplates, false, "archive_template"),
        (Operation::NoteTemplate { template, text: reason() }, Deed::Note, false, "note_template"),
        (sale(), Deed::Sell, true, "sell"),
        (import(Status::Purchased), Deed::Import, false, "sell"),
        (redeem(RedeemMode::Asked), Deed::Redeem, false, "redeem"),
        (redeem(RedeemMode::Honoured), Deed::Redeem, true, "redeem"),
        (Operation::honour(voucher, redemption), Deed::Redeem, true, "honour"),
        (Operation::Withdraw { voucher, redemption }, Deed::Redeem, true, "withdraw"),
        (Operation::Cancel { voucher, reason: reason() }, Deed::Cancel, false, "cancel"),
        (Operation::Refund { voucher, reason: reason(), payment: Payment::Cash }, Deed::Refund, false, "refund"),
        (Operation::Expire { voucher }, Deed::Expire, false, "expire"),
        (Operation::UndoRedemption { voucher, redemption, reason: reason() }, Deed::UndoRedemption, false, "undo_redemption"),
        (Operation::HonourExpired { voucher, reason: reason() }, Deed::HonourExpired, false, "honour_expired"),
        (crate::decide_replacement::extension(), Deed::Extend, false, "extend"),
        (
            Operation::Replace { voucher, by: crate::decide_replacement::NEW, reason: reason(), replacement: None },
            Deed::Replace,
            false,
            "replace",
        ),
        (Operation::Chargeback { voucher, reason: reason() }, Deed::Chargeback, false, "chargeback"),
        (Operation::Note { voucher, text: reason() }, Deed::Note, false, "note"),
        (settle, Deed::SettleConflicts, false, "settle_conflict"),
        (
            Operation::MoveCash { movement: CashMovement::Float, amount: eur(10_000), reason: None },
            Deed::RunTill,
            true,
            "move_cash",
        ),
        (Operation::CloseDay { close: Box::new(crate::day::empty_close()) }, Deed::RunTill, true, "close_day"),
    ]
}

#[test]
fn each_is_its_deed_and_stands_in_one_history() {
    for (operation, deed, has_happened, name) in all() {
        assert_eq!(operation.deed(), deed, "{name}");
        assert_eq!(operation.has_happened(), has_happened, "{name}");
        let expected = match deed {
            _ if name.ends_with("_template") => Subject::Template(TEMPLATE),
            Deed::RunTill => Subject::Till,
            _ => Subject::Voucher(VOUCHER),
        };
        assert_eq!(operation.subject(), expected, "{name}");
    }
}

#[test]
fn each_reads_back_and_refuses_what_it_does_not_know() {
    for (operation, _, _, name) in all() {
        let json = serde_json::to_value(&operation).unwrap();
        assert_eq!(json["kind"], name);
        assert_eq!(serde_json::from_value::<Operation>(json.clone()).unwrap(), operation);

        let fields: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        for field in fields {
            // Without what the other system said it is a sale.
            if field == "imported" {
                continue;
            }
            let mut less = json.clone();
            less.as_object_mut().unwrap().remove(&field);
            assert!(serde_json::from_value::<Operation>(less).is_err(), "{name} without {field}");
        }
        let mut more = json;
        more["extra"] = json!(1);
        assert!(serde_json::from_value::<Operation>(more).is_err(), "{name} with a field too many");
    }
}

#[test]
fn a_sale_is_mailed_as_its_seller_chose_and_else_as_the_organisation_set() {
    use beadsbox_domain::{Batch, BatchId, text::Name};
    let said = |sale: Operation, chosen: Option<bool>, in_batch: bool| {
        let mut said = sale;
        if let Operation::Sell { mail, batch, .. } = &mut said {
            *mail = chosen;
            *batch = in_batch.then(|| Batch { id: BatchId(uuid::Uuid::nil()), name: Name::new("Christmas").unwrap() });
        }
        [false, true].map(|by_itself| said.is_mailed(by_itself))
    };
    for in_batch in [false, true] {
        assert_eq!(said(sale(), Some(true), in_batch), [true, true]);
        assert_eq!(said(sale(), Some(false), in_batch), [false, false]);
        for chosen in [None, Some(true)] {
            assert_eq!(said(import(Status::Purchased), chosen, in_batch), [false, false], "it was handed over long ago");
        }
    }
    assert_eq!(said(sale(), None, false), [false, true]);
    assert_eq!(said(sale(), None, true), [false, false], "whoever issued it hands it over");
    assert_eq!(said(redeem(RedeemMode::Asked), None, false), [false, false]);
}

#[rstest]
#[case(json!(null))]
#[case(json!([]))]
#[case(json!({}))]
#[case(json!({"kind": "steal", "voucher": VOUCHER}))]
#[case(json!({"kind": "redeem", "voucher": "not an id", "mode": "asked"}))]
#[case(json!({"kind": "redeem", "voucher": VOUCHER, "mode": "ASKED"}))]
#[case(json!({"kind": "cancel", "voucher": VOUCHER, "reason": " "}))]
#[case(json!({"kind": "edit_template", "template": TEMPLATE, "based_on": -1, "content": content()}))]
fn no_operation(#[case] json: serde_json::Value) {
    assert!(serde_json::from_value::<Operation>(json).is_err());
}
