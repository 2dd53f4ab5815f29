//! Locks and loads the rows that a batch is about.

use std::collections::{BTreeSet, HashSet};

use beadsbox_authority::{Arrived, Fresh, Reading, World};
use beadsbox_domain::{ExternalCode, OpId, Operation, RedeemMode, TemplateId, VoucherCode, VoucherId, operation::Subject};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        known::{self, Asked, Known},
        lock::Lock,
        operation,
        template::to_version,
    },
    error::Failure,
};

/// What a batch names.
#[derive(Default)]
struct Named {
    /// Vouchers, by id: the order in which they are locked.
    vouchers: BTreeSet<Uuid>,
    sold: BTreeSet<Uuid>,
    /// Vouchers that sales stand for.
    replaced: BTreeSet<Uuid>,
    honoured: BTreeSet<Uuid>,
    codes: Vec<String>,
    /// Those of other systems, folded.
    external_codes: Vec<String>,
    /// Templates that may change, by id.
    templates: BTreeSet<Uuid>,
    /// Templates that vouchers are sold from.
    sold_from: BTreeSet<(Uuid, i32)>,
    conflicts: BTreeSet<Uuid>,
    ops: Vec<Uuid>,
    staff: BTreeSet<Uuid>,
    /// Whether any is about the till alone.
    till: bool,
    /// What receipts are about: every operation on these is folded anew.
    restored: Restored,
}

/// Vouchers and templates that receipts are about, and templates that vouchers among them were sold from.
#[derive(Default)]
struct Restored {
    vouchers: BTreeSet<Uuid>,
    templates: BTreeSet<Uuid>,
    sold_from: BTreeSet<Uuid>,
}

impl Named {
    fn by(fresh: &[&Fresh]) -> Self {
        let mut named = Self::of(fresh.iter().map(|fresh| &fresh.arrived));
        for operation in fresh.iter().filter(|fresh| fresh.word.is_some()).copied().filter_map(operation_of) {
            named.add_restored(operation);
        }
        named
    }

    fn of<'a>(arrived: impl Iterator<Item = &'a Arrived>) -> Self {
        let mut named = Self::default();
        for arrived in arrived {
            let Reading::Operation(body) = &arrived.reading else { continue };
            named.ops.push(body.op.0);
            named.staff.extend([body.staff.0].into_iter().chain(body.operation.approved_by().map(|approver| approver.0)));
            match body.operation.subject() {
                Subject::Template(id) => _ = named.templates.insert(id.0),
                Subject::Voucher(id) => _ = named.vouchers.insert(id.0),
                // The device's row is locked.
                Subject::Till => named.till = true,
            }
            match &body.operation {
                Operation::Sell { voucher, code, template, template_version, replaces, imported, .. } => {
                    named.sold.insert(voucher.0);
                    if let Some(replaced) = replaces {
                        named.vouchers.insert(replaced.voucher.0);
                        named.replaced.insert(replaced.voucher.0);
                    }
                    named.codes.push(code.compact());
                    if let Some(imported) = imported {
                        named.codes.extend(imported.code.as_ours().map(VoucherCode::compact));
                        named.external_codes.push(imported.code.folded().into());
                    }
                    named.sold_from.insert((template.0, to_version(*template_version)));
                }
                Operation::Redeem { voucher, mode: RedeemMode::Honoured, .. } | Operation::Honour { voucher, .. } => _ = named.honoured.insert(voucher.0),
                Operation::SettleConflict { conflict, .. } => _ = named.conflicts.insert(conflict.0),
                _ => {}
            }
        }
        named
    }

    fn add_restored(&mut self, operation: &Operation) {
        match operation.subject() {
            Subject::Till => {}
            Subject::Template(id) => _ = self.restored.templates.insert(id.0),
            Subject::Voucher(id) => {
                self.restored.vouchers.insert(id.0);
                // Its sale may not be back yet.
                self.honoured.insert(id.0);
            }
        }
        if let Operation::Sell { template, .. } = operation {
            // What was sold may have to become a version of it.
            self.restored.sold_from.insert(template.0);
            self.templates.insert(template.0);
        }
    }

    /// A sale whose voucher was redeemed already is folded with what receipts brought back, whether it has a receipt itself or not.
    fn add_sold_after_redemption(&mut self, fresh: &[&Fresh], world: &World) {
        let redeemed: HashSet<VoucherId> = world.redemptions.values().map(|made| made.voucher).collect();
        for operation in fresh.iter().copied().filter_map(operation_of) {
            if matches!(operation, Operation::Sell { voucher, .. } if redeemed.contains(voucher)) {
                self.add_restored(operation);
            }
        }
    }

    /// So is a sale of what is not known here, which a restore may have lost.
    fn add_sold_from_unknown(&mut self, fresh: &[&Fresh], world: &World) {
        for operation in fresh.iter().copied().filter_map(operation_of) {
            if let Operation::Sell { template, template_version: template_version @ 1.., snapshot, .. } = operation
                && world.contents.get(&(*template, *template_version)) != Some(snapshot)
            {
                self.add_restored(operation);
            }
        }
    }

    /// So is a template's creation where the template is there.
    fn add_created_after_sale(&mut self, fresh: &[&Fresh], world: &World) {
        for operation in fresh.iter().copied().filter_map(operation_of) {
            if matches!(operation, Operation::CreateTemplate { template, .. } if world.templates.contains_key(template)) {
                self.add_restored(operation);
            }
        }
    }
}

fn operation_of(fresh: &Fresh) -> Option<&Operation> {
    if let Reading::Operation(body) = &fresh.arrived.reading { Some(&body.operation) } else { None }
}

async fn lock_unknown(conn: &mut PgConnection, named: &Named) -> Result<(), Failure> {
    if named.sold.is_empty() && named.honoured.is_empty() {
        return Ok(());
    }
    let honoured: Vec<Uuid> = named.honoured.iter().copied().collect();
    let existing: HashSet<Uuid> = db::voucher::existing(conn, &honoured).await?.into_iter().collect();
    let alone = honoured.iter().any(|id| !existing.contains(id));
    if alone {
        Lock::UnknownVouchers.wait(conn).await?;
    } else if !named.sold.is_empty() {
        Lock::UnknownVouchers.wait_shared(conn).await?;
    }
    Ok(())
}

fn list(ids: &BTreeSet<Uuid>) -> Vec<Uuid> {
    ids.iter().copied().collect()
}

/// The vouchers, operations and people that are all that operations are about: so nothing else has to be locked or read before they are decided.
pub(super) struct About {
    pub vouchers: Vec<Uuid>,
    pub ops: Vec<Uuid>,
    pub staff: Vec<Uuid>,
    /// Whether any is about the till alone: then there may be sums to compare.
    pub till: bool,
}

impl About {
    /// None where there is more to it.
    pub fn of<'a>(arrived: impl Iterator<Item = &'a Arrived>) -> Option<Self> {
        let named = Named::of(arrived);
        let has_more = [&named.sold, &named.honoured, &named.templates, &named.conflicts].into_iter().any(|ids| !ids.is_empty());
        (!has_more).then(|| Self { vouchers: list(&named.vouchers), staff: list(&named.staff), till: named.till, ops: named.ops })
    }
}

/// Locks in one order for every batch: unknown vouchers, vouchers by id, conflicts by id, unknown templates, templates by id. With so many new numbers of
/// the order in which operations are taken: for one voucher they grow in the order in which its lock was taken.
pub(super) async fn lock(conn: &mut PgConnection, fresh: &[&Fresh], numbers: usize) -> Result<(World, Vec<i64>), Failure> {
    let named = Named::by(fresh);
    let (vouchers, staff) = (list(&named.vouchers), list(&named.staff));
    if !vouchers.is_empty() {
        lock_unknown(conn, &named).await?;
    }
    let asked = Asked { vouchers: &vouchers, ops: &named.ops, staff: &staff, numbers, sequencer: false };
    let known = loop {
        let locked = if vouchers.is_empty() { Vec::new() } else { db::voucher::lock_rows(conn, &vouchers).await? };
        let known = known::read(conn, &asked).await?;
        // What was sold between is not locked yet. There are ever fewer that can be.
        if known.vouchers.iter().all(|voucher| locked.contains(&voucher.id.0)) {
            break known;
        }
    };
    load(conn, fresh, named, known, numbers).await
}

/// The same, where the vouchers are locked and what is known of them is read.
pub(super) async fn lock_rest(conn: &mut PgConnection, fresh: &[&Fresh], known: Known) -> Result<(World, Vec<i64>), Failure> {
    load(conn, fresh, Named::by(fresh), known, fresh.len()).await
}

async fn load(conn: &mut PgConnection, fresh: &[&Fresh], mut named: Named, mut known: Known, numbers: usize) -> Result<(World, Vec<i64>), Failure> {
    let mut world = World {
        vouchers: known.vouchers.into_iter().map(|voucher| (voucher.id, voucher)).collect(),
        redemptions: known.redemptions.into_iter().map(|made| (made.stamp.op, made)).collect(),
        ..World::default()
    };
    // Whoever makes or changes a conflict has its voucher locked.
    if known.in_conflict || !named.conflicts.is_empty() {
        world.conflicts = db::conflict::lock(conn, &list(&named.vouchers), &list(&named.conflicts)).await?;
    }
    named.add_sold_after_redemption(fresh, &world);
    load_sales(&mut world, conn, &named).await?;
    load_templates(&mut world, conn, fresh, &mut named).await?;
    if !named.templates.is_empty() {
        // For one template too: those above were drawn before its lock was taken.
        known.numbers = operation::next_commit_numbers(conn, numbers).await?;
    }
    named.add_created_after_sale(fresh, &world);
    world.op_ids = known.taken.into_iter().map(OpId).collect();
    world.staff = known.staff;
    load_decided(&mut world, conn, &named.restored).await?;
    Ok((world, known.numbers))
}

/// What sales look at.
async fn load_sales(world: &mut World, conn: &mut PgConnection, named: &Named) -> Result<(), Failure> {
    if !named.replaced.is_empty() {
        let replaced: Vec<Uuid> = named.replaced.iter().copied().collect();
        let versions = db::voucher::versions(conn, &replaced).await?;
        world.sold_at = versions.into_iter().map(|(id, version)| (VoucherId(id), u32::try_from(version).unwrap_or(0))).collect();
    }
    if !named.codes.is_empty() {
        let taken = db::voucher::taken_codes(conn, &named.codes).await?;
        world.codes = taken.iter().filter_map(|code| VoucherCode::parse(code).ok()).collect();
    }
    if !named.external_codes.is_empty() {
        let taken = db::voucher::taken_external_codes(conn, &named.external_codes).await?;
        world.external_codes = taken.iter().filter_map(|code| ExternalCode::new(code).ok()).map(|code| code.folded()).collect();
    }
    Ok(())
}

/// Everything that was decided on what receipts are about.
async fn load_decided(world: &mut World, conn: &mut PgConnection, restored: &Restored) -> Result<(), Failure> {
    let vouchers: Vec<Uuid> = restored.vouchers.iter().copied().collect();
    let templates: Vec<Uuid> = restored.templates.iter().copied().collect();
    // Also where nothing was: what this batch decides on them is added.
    world.decided.extend(vouchers.iter().map(|id| (Subject::Voucher(VoucherId(*id)), Vec::new())));
    world.decided.extend(templates.iter().map(|id| (Subject::Template(TemplateId(*id)), Vec::new())));
    if !vouchers.is_empty() {
        for (id, told) in operation::told(conn, "voucher", &vouchers).await? {
            world.decided.entry(Subject::Voucher(VoucherId(id))).or_default().push(told);
        }
    }
    if !templates.is_empty() {
        for (id, told) in operation::told(conn, "template", &templates).await? {
            world.decided.entry(Subject::Template(TemplateId(id))).or_default().push(told);
        }
    }
    let said: Vec<Uuid> = restored.templates.union(&restored.sold_from).copied().collect();
    if !said.is_empty() {
        for record in db::template::every_content(conn, &said).await? {
            world.contents.insert((TemplateId(record.template_id), u32::try_from(record.version).unwrap_or(0)), record.read()?);
        }
    }
    Ok(())
}

/// Reads the templates, and locks those that may change.
async fn load_templates(world: &mut World, conn: &mut PgConnection, fresh: &[&Fresh], named: &mut Named) -> Result<(), Failure> {
    read_templates(world, conn, named).await?;
    named.add_sold_from_unknown(fresh, world);
    if named.templates.is_empty() {
        return Ok(());
    }
    if named.templates.iter().any(|id| !world.templates.contains_key(&TemplateId(*id))) {
        Lock::UnknownTemplates.wait(conn).await?;
    }
    db::template::lock(conn, &named.templates.iter().copied().collect::<Vec<_>>()).await?;
    // As they are now that nobody else changes them.
    read_templates(world, conn, named).await
}

async fn read_templates(world: &mut World, conn: &mut PgConnection, named: &Named) -> Result<(), Failure> {
    let ids: BTreeSet<Uuid> = named.templates.iter().copied().chain(named.sold_from.iter().map(|(id, _)| *id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let templates = db::template::by_ids(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
    world.templates = templates.into_iter().map(|template| (template.id, template)).collect();
    let (ids, versions): (Vec<Uuid>, Vec<i32>) = named.sold_from.iter().copied().unzip();
    for record in db::template::contents(conn, &ids, &versions).await? {
        let version = u32::try_from(record.version).unwrap_or(0);
        world.contents.insert((TemplateId(record.template_id), version), record.read()?);
    }
    Ok(())
}
