//! Writes what was decided: a handful of statements, however many operations there are.

use std::collections::{BTreeMap, HashMap};

use beadsbox_authority::{Judged, Placed, World};
use beadsbox_domain::{Change, ConflictId, OpId, Redemption, Template, TemplateId, Voucher, VoucherId};
use beadsbox_protocol::history::Approval;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Persons, Scope, ledger::Booking, take::Came, till};
use crate::{
    db::{
        self,
        feed::{self, Kind},
        operation,
        template::ContentRecord,
    },
    error::Failure,
};

/// Which rows the operations touched, and whether each is new. What stands in them is in the world afterwards.
#[derive(Default)]
struct Touched<'a> {
    templates: BTreeMap<TemplateId, bool>,
    contents: Vec<ContentRecord>,
    vouchers: BTreeMap<VoucherId, bool>,
    redemptions: BTreeMap<OpId, bool>,
    conflicts: BTreeMap<ConflictId, bool>,
    /// The versions that new vouchers were sold at.
    sold_at: HashMap<VoucherId, u32>,
    persons: Vec<db::person::Checked>,
    judged: &'a [Judged<'a>],
}

impl<'a> Touched<'a> {
    fn by(judged: &'a [Judged<'a>], persons: Option<&Persons>) -> Self {
        let mut touched = Self { judged, ..Self::default() };
        for judged in judged {
            for change in &judged.changes {
                touched.add(change);
            }
            touched.add_sold_or_said(judged, persons);
        }
        touched
    }

    fn add(&mut self, change: &Change) {
        match change {
            Change::Template(row) => _ = self.templates.entry(row.id).or_insert(row.row_version == 1),
            Change::Voucher(row) => _ = self.vouchers.entry(row.id).or_insert(row.row_version == 1),
            Change::Conflict(row) => _ = self.conflicts.entry(row.id).or_insert(row.row_version == 1),
            Change::RedemptionRecorded(made) => _ = self.redemptions.entry(made.stamp.op).or_insert(true),
            Change::RedemptionChanged(made) => _ = self.redemptions.entry(made.stamp.op).or_insert(false),
            // A till's own stand beside its operations: see `till`.
            Change::CashMoved { .. } | Change::DayClosed { .. } => {}
            Change::RedemptionUndone { redemption, .. } | Change::RedemptionPromoted { redemption } => _ = self.redemptions.entry(*redemption).or_insert(false),
        }
    }

    fn add_sold_or_said(&mut self, judged: &Judged<'_>, persons: Option<&Persons>) {
        self.contents.extend(judged.contents.iter().map(|(id, version, content)| ContentRecord::new(*id, *version, content)));
        if let Some((voucher, version)) = judged.sold_at {
            self.sold_at.insert(voucher, version);
            let buyer = judged.body().and_then(|body| body.operation.buyer());
            self.persons.extend(persons.zip(buyer).and_then(|(persons, buyer)| persons.get(&buyer)).cloned());
        }
    }
}

/// The rows of those ids, new ones and changed ones.
fn split<'w, K: Copy, R: ?Sized>(ids: &BTreeMap<K, bool>, find: impl Fn(K) -> Option<&'w R>) -> Result<(Vec<&'w R>, Vec<&'w R>), Failure> {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for (id, is_new) in ids {
        let row = find(*id).ok_or_else(|| Failure::Defect("a decision changes a row that was not loaded".to_owned()))?;
        if *is_new { new.push(row) } else { changed.push(row) }
    }
    Ok((new, changed))
}

fn all_there(updated: u64, asked: usize) -> Result<(), Failure> {
    if updated == asked as u64 {
        Ok(())
    } else {
        Err(Failure::Defect(format!("{updated} of {asked} locked rows were there to update")))
    }
}

pub(super) async fn write(
    conn: &mut PgConnection,
    scope: &Scope<'_>,
    after: &World,
    judged: &[Judged<'_>],
    booking: &Booking,
    came: Came<'_>,
) -> Result<(), Failure> {
    let persons = if let Came::Now(persons) = came { Some(persons) } else { None };
    let touched = Touched::by(judged, persons);
    write_templates(conn, after, &touched).await?;
    write_vouchers(conn, after, &touched).await?;
    write_redemptions(conn, after, &touched).await?;
    write_conflicts(conn, after, &touched).await?;
    let rows: Vec<operation::New<'_>> = touched.judged.iter().map(|judged| to_row(judged, scope)).collect();
    match came {
        Came::Now(_) => operation::insert(conn, scope.device, scope.incarnation, &rows).await?,
        Came::Held => all_there(db::held::decide(conn, scope.device, scope.incarnation, &rows).await?, rows.len())?,
    }
    booking.write(conn).await?;
    till::write(conn, scope, touched.judged).await?;
    let approvals: Vec<(OpId, Approval)> = judged.iter().filter_map(|judged| judged.op_id.zip(judged.approval)).collect();
    db::approval::insert(conn, &approvals).await?;
    note_changes(conn, &touched).await?;
    Ok(())
}

async fn write_templates(conn: &mut PgConnection, after: &World, touched: &Touched<'_>) -> Result<(), Failure> {
    let (new, changed): (Vec<&Template>, Vec<&Template>) = split(&touched.templates, |id| after.templates.get(&id))?;
    db::template::insert(conn, &new).await?;
    db::template::insert_contents(conn, &touched.contents).await?;
    all_there(db::template::update(conn, &changed).await?, changed.len())
}

async fn write_vouchers(conn: &mut PgConnection, after: &World, touched: &Touched<'_>) -> Result<(), Failure> {
    let (new, changed): (Vec<&Voucher>, Vec<&Voucher>) = split(&touched.vouchers, |id| after.vouchers.get(&id))?;
    let new: Option<Vec<(&Voucher, u32)>> = new.into_iter().map(|voucher| Some((voucher, *touched.sold_at.get(&voucher.id)?))).collect();
    let new = new.ok_or_else(|| Failure::Defect("a voucher came from something else than a sale".to_owned()))?;
    db::person::insert(conn, &touched.persons).await?;
    db::voucher::insert(conn, &new).await?;
    all_there(db::voucher::update(conn, &changed).await?, changed.len())
}

async fn write_redemptions(conn: &mut PgConnection, after: &World, touched: &Touched<'_>) -> Result<(), Failure> {
    let (new, changed): (Vec<&Redemption>, Vec<&Redemption>) = split(&touched.redemptions, |id| after.redemptions.get(&id))?;
    // An undone one makes room for the next: the unique index allows one that stands.
    all_there(db::redemption::update(conn, &changed).await?, changed.len())?;
    Ok(db::redemption::insert(conn, &new).await?)
}

async fn write_conflicts(conn: &mut PgConnection, after: &World, touched: &Touched<'_>) -> Result<(), Failure> {
    let find = |id| after.conflicts.iter().find(|placed| placed.conflict.id == id);
    let (new, changed): (Vec<&Placed>, Vec<&Placed>) = split(&touched.conflicts, find)?;
    all_there(db::conflict::update(conn, &changed).await?, changed.len())?;
    Ok(db::conflict::insert(conn, &new).await?)
}

fn to_row<'a>(judged: &'a Judged<'_>, scope: &Scope<'_>) -> operation::New<'a> {
    let arrived = &judged.fresh.arrived;
    operation::New {
        dev_seq: arrived.dev_seq,
        op_id: judged.op_id,
        taken: judged.taken,
        hash: judged.fresh.hash,
        body: &arrived.body,
        // Only what was taken: another's claim may be a time that no database holds.
        claimed_at: judged.body().map(|body| body.at),
        received_at: arrived.received_at,
        commit_no: judged.commit_no,
        subject: judged.subject,
        outcome: judged.outcome.as_ref(),
        row_version: judged.row_version,
        receipt: judged.receipt,
        restored_epoch: judged.fresh.word.as_ref().map(|word| word.epoch),
        held_clock_right: judged.outcome.is_none().then_some(scope.clock_right),
    }
}

async fn note_changes(conn: &mut PgConnection, touched: &Touched<'_>) -> Result<(), Failure> {
    let templates: Vec<Uuid> = touched.templates.keys().map(|id| id.0).collect();
    let vouchers: Vec<Uuid> = touched.vouchers.keys().map(|id| id.0).collect();
    let conflicts: Vec<Uuid> = touched.conflicts.keys().map(|id| id.0).collect();
    feed::note(conn, Kind::Template, &templates).await?;
    feed::note(conn, Kind::Voucher, &vouchers).await?;
    Ok(feed::note(conn, Kind::Conflict, &conflicts).await?)
}
