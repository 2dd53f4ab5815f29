//! Writes what was decided: a handful of statements, however many operations there are.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use beadsbox_authority::{Placed, World};
use beadsbox_domain::{Change, ConflictId, OpId, Redemption, Template, TemplateId, Voucher, VoucherId};
use beadsbox_protocol::history::Approval;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Persons,
    ledger::Booking,
    rules::Zones,
    take::{Came, Decided},
    till,
};
use crate::{
    db::{self, feed::Kind, operation, template::ContentRecord, writes::Writes},
    error::Failure,
};

/// The rows of the feed that changed, each once.
pub(super) type Touched = BTreeSet<(Kind, Uuid)>;

/// Which rows the operations touched, and whether each is new. What stands in them is in the world afterwards.
#[derive(Default)]
struct Rows {
    templates: BTreeMap<TemplateId, bool>,
    contents: Vec<ContentRecord>,
    vouchers: BTreeMap<VoucherId, bool>,
    redemptions: BTreeMap<OpId, bool>,
    conflicts: BTreeMap<ConflictId, bool>,
    /// The versions that new vouchers were sold at.
    sold_at: HashMap<VoucherId, u32>,
    persons: Vec<db::person::Checked>,
}

impl Rows {
    fn of(decided: &[Decided<'_>]) -> Self {
        let mut rows = Self::default();
        for decided in decided {
            for change in &decided.judged.changes {
                rows.add(change);
            }
            rows.add_sold_or_said(decided);
        }
        rows
    }

    fn touched(&self) -> Touched {
        let templates = self.templates.keys().map(|id| (Kind::Template, id.0));
        let vouchers = self.vouchers.keys().map(|id| (Kind::Voucher, id.0));
        templates.chain(vouchers).chain(self.conflicts.keys().map(|id| (Kind::Conflict, id.0))).collect()
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

    fn add_sold_or_said(&mut self, Decided { judged, came, .. }: &Decided<'_>) {
        let persons = if let Came::Now(persons) = came { Some(*persons) } else { None };
        self.contents.extend(judged.contents.iter().map(|(id, version, content)| ContentRecord::new(*id, *version, content)));
        if let Some((voucher, version)) = judged.sold_at {
            self.sold_at.insert(voucher, version);
            let buyer = judged.body().and_then(|body| body.operation.buyer());
            self.persons.extend(persons.zip(buyer).and_then(|(persons, buyer): (&Persons, _)| persons.get(&buyer)).cloned());
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

/// What decisions come to: which rows they change, and what is to be written still.
#[derive(Default)]
pub(super) struct Prepared {
    pub touched: Touched,
    pub writes: Writes,
}

/// Prepares to write them. What is rare, and what has to be there before the rest, is written already.
pub(super) async fn prepare(conn: &mut PgConnection, zones: &Zones, after: &World, decided: &[Decided<'_>], booking: &Booking) -> Result<Prepared, Failure> {
    let mut rows = Rows::of(decided);
    // In one order, so that two batches with the same buyers never wait for each other in a ring.
    rows.persons.sort_by_key(|person| person.hash.0);
    let mut writes = Writes::default();
    write_templates(conn, after, &rows).await?;
    write_conflicts(conn, after, &rows).await?;
    add_vouchers(&mut writes, after, &rows)?;
    add_redemptions(conn, &mut writes, after, &rows).await?;
    add_operations(conn, &mut writes, decided).await?;
    booking.add(&mut writes, zones);
    let approvals: Vec<(OpId, Approval)> = decided.iter().filter_map(|decided| decided.judged.op_id.zip(decided.judged.approval)).collect();
    db::approval::add_new(&mut writes, &approvals);
    Ok(Prepared { touched: rows.touched(), writes })
}

/// Writes what refers to what was prepared, which is written.
pub(super) async fn finish(conn: &mut PgConnection, decided: &[Decided<'_>]) -> Result<(), Failure> {
    till::write(conn, decided).await
}

/// Writes them, and says which rows changed.
pub(super) async fn write(conn: &mut PgConnection, zones: &Zones, after: &World, decided: &[Decided<'_>], booking: &Booking) -> Result<Touched, Failure> {
    let Prepared { touched, writes } = prepare(conn, zones, after, decided, booking).await?;
    writes.run(conn).await?;
    finish(conn, decided).await?;
    Ok(touched)
}

fn all_there(updated: u64, asked: usize) -> Result<(), Failure> {
    if updated == asked as u64 {
        Ok(())
    } else {
        Err(Failure::Defect(format!("{updated} of {asked} locked rows were there to update")))
    }
}

async fn add_operations(conn: &mut PgConnection, writes: &mut Writes, decided: &[Decided<'_>]) -> Result<(), Failure> {
    let (come_now, held): (Vec<&Decided<'_>>, Vec<&Decided<'_>>) = decided.iter().partition(|decided| matches!(decided.came, Came::Now(_)));
    let held: Vec<operation::New<'_>> = held.into_iter().map(to_row).collect();
    operation::add_new(writes, &come_now.into_iter().map(to_row).collect::<Vec<_>>());
    all_there(db::held::decide(conn, &held).await?, held.len())
}

async fn write_templates(conn: &mut PgConnection, after: &World, rows: &Rows) -> Result<(), Failure> {
    let (new, changed): (Vec<&Template>, Vec<&Template>) = split(&rows.templates, |id| after.templates.get(&id))?;
    db::template::insert(conn, &new).await?;
    db::template::insert_contents(conn, &rows.contents).await?;
    all_there(db::template::update(conn, &changed).await?, changed.len())
}

fn add_vouchers(writes: &mut Writes, after: &World, rows: &Rows) -> Result<(), Failure> {
    let (new, changed): (Vec<&Voucher>, Vec<&Voucher>) = split(&rows.vouchers, |id| after.vouchers.get(&id))?;
    let new: Option<Vec<(&Voucher, u32)>> = new.into_iter().map(|voucher| Some((voucher, *rows.sold_at.get(&voucher.id)?))).collect();
    let new = new.ok_or_else(|| Failure::Defect("a voucher came from something else than a sale".to_owned()))?;
    db::person::add_new(writes, &rows.persons);
    db::voucher::add_new(writes, &new);
    db::voucher::add_changed(writes, &changed);
    Ok(())
}

async fn add_redemptions(conn: &mut PgConnection, writes: &mut Writes, after: &World, rows: &Rows) -> Result<(), Failure> {
    let (new, changed): (Vec<&Redemption>, Vec<&Redemption>) = split(&rows.redemptions, |id| after.redemptions.get(&id))?;
    let mut vouchers = HashSet::new();
    if new.iter().chain(&changed).all(|made| vouchers.insert(made.voucher)) {
        db::redemption::add_changed(writes, &changed);
    } else {
        // An undone one makes room for the next: the unique index allows one that stands.
        db::redemption::change(conn, &changed).await?;
    }
    db::redemption::add_new(writes, &new);
    Ok(())
}

async fn write_conflicts(conn: &mut PgConnection, after: &World, rows: &Rows) -> Result<(), Failure> {
    let find = |id| after.conflicts.iter().find(|placed| placed.conflict.id == id);
    let (new, changed): (Vec<&Placed>, Vec<&Placed>) = split(&rows.conflicts, find)?;
    all_there(db::conflict::update(conn, &changed).await?, changed.len())?;
    Ok(db::conflict::insert(conn, &new).await?)
}

fn to_row<'a>(Decided { scope, judged, .. }: &'a Decided<'_>) -> operation::New<'a> {
    let arrived = &judged.fresh.arrived;
    operation::New {
        device: scope.device,
        incarnation: scope.incarnation,
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
