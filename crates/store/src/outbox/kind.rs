//! An operation's columns beside its body.

use beadsbox_domain::{OpId, Operation, RedeemMode, operation::Subject};
use uuid::Uuid;

/// The kind, as the file names it.
pub(crate) const fn kind(operation: &Operation) -> &'static str {
    match operation {
        Operation::CreateTemplate { .. } => "create_template",
        Operation::EditTemplate { .. } => "edit_template",
        Operation::ArchiveTemplate { .. } => "archive_template",
        Operation::NoteTemplate { .. } => "note_template",
        // No business of the day: another system took its money.
        Operation::Sell { imported: Some(_), .. } => "import",
        Operation::Sell { .. } => "sell",
        Operation::Redeem { mode: RedeemMode::Asked, .. } => "redeem_asked",
        Operation::Redeem { mode: RedeemMode::Honoured, .. } => "redeem_honoured",
        Operation::Honour { .. } => "honour",
        Operation::Withdraw { .. } => "withdraw",
        Operation::Cancel { .. } => "cancel",
        Operation::Refund { .. } => "refund",
        Operation::Expire { .. } => "expire",
        Operation::UndoRedemption { .. } => "undo_redemption",
        Operation::HonourExpired { .. } => "honour_expired",
        Operation::Extend { .. } => "extend",
        Operation::Replace { .. } => "replace",
        Operation::Chargeback { .. } => "chargeback",
        Operation::Note { .. } => "note",
        Operation::SettleConflict { .. } => "settle_conflict",
        Operation::MoveCash { .. } => "move_cash",
        Operation::CloseDay { .. } => "close_day",
    }
}

/// The earlier redemption that it names.
pub(crate) const fn named_redemption(operation: &Operation) -> Option<OpId> {
    match operation {
        Operation::Honour { redemption, .. } | Operation::Withdraw { redemption, .. } | Operation::UndoRedemption { redemption, .. } => Some(*redemption),
        _ => None,
    }
}

/// The subject's kind, as the file names it, and its id.
pub(crate) const fn subject_columns(subject: Subject) -> (&'static str, Uuid) {
    match subject {
        Subject::Voucher(id) => ("voucher", id.0),
        Subject::Template(id) => ("template", id.0),
        // There is one in a file.
        Subject::Till => ("till", Uuid::nil()),
    }
}
