//! What people do in an office: extend and replace vouchers, settle conflicts, write templates.

use beadsbox_domain::{Conflict, ConflictState, Deed as Leave, OpId, Operation, Payment, Replaced, Replacement, Settlement, Status, VoucherId};
use jiff::{ToSpan as _, tz::TimeZone};

use super::{
    Machine,
    replica::lock,
    till::{Word, reason},
};
use crate::names;

impl Machine {
    pub(super) fn extend(&mut self, pick: u16) -> Option<OpId> {
        let now = self.now();
        let voucher = self.choose(pick, |voucher| matches!(voucher.status, Status::Purchased | Status::Expired) && voucher.expires_on.is_some())?;
        let today = now.to_zoned(TimeZone::UTC).date();
        let expires_on = voucher.expires_on?.max(today).checked_add(20.days()).ok()?;
        let expires_at = expires_on.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
        self.correct(Operation::Extend { voucher: voucher.id, expires_on, expires_at, reason: reason()? })
    }

    /// The same again, for a lost one.
    pub(super) fn replace(&mut self, pick: u16) -> Option<OpId> {
        if !self.may(Leave::Replace) {
            return None;
        }
        let now = self.now();
        let old = self.choose(pick, |voucher| voucher.status == Status::Purchased && !voucher.is_overdue(now))?;
        let ((voucher, code), salted) = (self.next_voucher(), self.buyer()?);
        let replacement = Replacement::Reissue { expires_on: old.expires_on, expires_at: old.expires_at };
        self.correct(Operation::Replace { voucher: old.id, by: voucher, reason: reason()?, replacement: Some(replacement) })?;
        let operation = Operation::Sell {
            voucher,
            code,
            template: old.template,
            template_version: 0,
            person: salted.hash().ok()?,
            payment: Payment::Other,
            home_shop: None,
            replaces: Some(Replaced { voucher: old.id, value: old.snapshot.price, replacement }),
            batch: None,
            imported: None,
            mail: None,
            snapshot: old.snapshot,
        };
        let op = self.record(operation, Some(salted));
        self.tell(op, Word::Recorded);
        Some(op)
    }

    pub(super) fn settle(&mut self, pick: u16) -> Option<OpId> {
        let conflict: Conflict = {
            let files = lock(&self.files);
            let ids: Vec<_> = files.cache.ids(beadsbox_protocol::digest::RowKind::Voucher).collect();
            let conflicts = ids.iter().flat_map(|id| files.shown(VoucherId(*id)).0.conflicts);
            let open: Vec<_> = conflicts.filter(|conflict| conflict.state == ConflictState::Open).collect();
            open.get(usize::from(pick) % open.len().max(1)).cloned()?
        };
        let settlement = Settlement::WriteOff;
        let (voucher, seen_version) = (conflict.voucher, conflict.row_version);
        self.correct(Operation::SettleConflict { conflict: conflict.id, voucher, seen_version, settlement, reason: reason()? })
    }

    pub(super) fn write_template(&mut self, pick: u16) -> Option<OpId> {
        let shown = {
            let files = lock(&self.files);
            let mut ids: Vec<_> = files.cache.ids(beadsbox_protocol::digest::RowKind::Template).collect();
            ids.extend(files.outbox.by_subject.keys().filter(|name| name.0 == 4).map(|name| name.1));
            let pick = usize::from(pick) % ids.len().max(1);
            ids.get(pick).and_then(|id| files.shown_template(beadsbox_domain::TemplateId(*id)).0)
        };
        let title = format!("Beads {}-{}", self.number, self.made);
        let content = names::content(&title, 2500, if pick.is_multiple_of(3) { Some(1) } else { None })?;
        let operation = match shown {
            Some(template) if pick % 4 == 1 => Operation::ArchiveTemplate { template: template.id, archived: !template.archived },
            Some(template) if pick % 8 == 2 => Operation::NoteTemplate { template: template.id, text: reason()? },
            Some(template) if !pick.is_multiple_of(4) => Operation::EditTemplate { template: template.id, based_on: template.version, content },
            _ => Operation::CreateTemplate { template: names::template(self.number, self.made + 1), content },
        };
        self.correct(operation)
    }
}
