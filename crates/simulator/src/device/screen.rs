//! What the screen shows: the real overlay over the modelled files.

use std::convert::Infallible;

use beadsbox_domain::{Context, Template, TemplateId, VoucherId};
use beadsbox_overlay::{Foretelling, Place, Replayed, VoucherState};
use beadsbox_protocol::{OperationBody, digest::RowKind};

use super::{
    cache::Cache,
    files::Files,
    outbox::{OutRow, Outbox},
};
use crate::names::key;

struct Cached<'a>(&'a Cache);

impl Foretelling for Cached<'_> {
    type Error = Infallible;

    fn context(&self, body: &OperationBody) -> Context {
        beadsbox_overlay::context(body, self.0.staff(body.staff), self.0.policy(), self.0.time_zone(body.shop))
    }

    fn code_is_taken(&mut self, _: &OperationBody) -> Result<bool, Infallible> {
        // Codes are 60 random bits; here they count.
        Ok(false)
    }
}

impl Files {
    fn place(&self) -> Place {
        Place { cache: self.cache.id, epoch: self.cache.epoch, cursor: self.cache.cursor.seq }
    }

    /// A voucher as shown.
    pub fn shown(&self, id: VoucherId) -> (VoucherState, Replayed) {
        let own = about(&self.outbox, RowKind::Voucher, id.0);
        let (cached, conflicts) = (self.cache.voucher(id).cloned(), self.cache.conflicts_of(id));
        match beadsbox_overlay::voucher(cached, &conflicts, own.filter_map(OutRow::own), &self.place(), &mut Cached(&self.cache)) {
            Ok(shown) => shown,
            Err(never) => match never {},
        }
    }

    /// A template as shown.
    pub fn shown_template(&self, id: TemplateId) -> (Option<Template>, Replayed) {
        let own = about(&self.outbox, RowKind::Template, id.0).filter_map(OutRow::own);
        beadsbox_overlay::template(self.cache.template(id).cloned(), own, &self.place(), &Cached(&self.cache))
    }

    /// The vouchers that the screen can list, in order.
    pub fn listed(&self) -> Vec<VoucherId> {
        let mut ids: Vec<VoucherId> = self.cache.ids(RowKind::Voucher).map(VoucherId).collect();
        let own = self.outbox.by_subject.keys().filter(|name| name.0 == key(RowKind::Voucher, name.1).0);
        ids.extend(own.filter(|name| !self.cache.rows.contains_key(name)).map(|name| VoucherId(name.1)));
        ids
    }
}

fn about(outbox: &Outbox, kind: RowKind, id: uuid::Uuid) -> impl Iterator<Item = &OutRow> {
    outbox.about(key(kind, id))
}
