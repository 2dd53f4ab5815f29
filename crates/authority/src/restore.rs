//! Takes an operation that an earlier epoch had decided, with the outcome that people were told.

use beadsbox_domain::{Change, Operation, Outcome, Refusal, TemplateContent, TemplateId, VoucherId, operation::Subject};
use beadsbox_protocol::OperationBody;

use crate::{
    arrived::Fresh,
    fold::{template, till, voucher},
    judge::{Judged, approval, note_close},
    scope::Scope,
    told::{Told, Word},
    world::World,
};

/// Takes the operation with the outcome of its receipt, whatever the rows say by now.
pub(crate) fn restore<'a>(scope: &Scope<'_>, world: &mut World, fresh: &'a Fresh, body: &OperationBody, decided: &Word, commit_no: i64) -> Judged<'a> {
    let kept = Judged::new(scope, fresh, commit_no, Some(body.op), Some(decided.outcome.clone()));
    if was_not_taken(&decided.outcome) {
        return kept;
    }
    if !world.op_ids.insert(body.op) {
        // Another life of the device brought it back before: until that row is in its cache, this one shows its own work as well.
        return Judged { row_version: holds_it(world, &body.operation, &decided.outcome), ..kept };
    }
    let told = Told { commit_no, body: body.clone(), outcome: decided.outcome.clone() };
    let subject = body.operation.subject();
    let mut changes = Vec::new();
    let mut contents = Vec::new();
    let mut sold_at = None;
    match subject {
        Subject::Till => {
            changes = till::fold(&told);
            note_close(scope, world, &changes);
        }
        Subject::Template(id) => restore_template(world, id, &told, &mut changes, &mut contents),
        Subject::Voucher(id) => {
            if let (Operation::Sell { template, snapshot, .. }, Outcome::Applied) = (&body.operation, &decided.outcome) {
                let version = said_at(world, *template, snapshot, &told, &mut changes, &mut contents);
                sold_at = Some((id, version));
                world.sold_at.insert(id, version);
            }
            restore_voucher(scope, world, id, &told, &mut changes);
        }
    }
    world.decided.entry(subject).or_default().push(told);
    let row_version = holds_it(world, &body.operation, &decided.outcome);
    let approval = approval(world, body, scope.clock_right && body.clock_right);
    Judged { taken: true, subject: Some(subject), row_version, changes, contents, sold_at, approval, ..kept }
}

/// What was kept as it came, and never counted.
const fn was_not_taken(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Rejected { refusal: Refusal::Repeated | Refusal::Unreadable { .. } | Refusal::NotAccepted { .. } })
}

/// The version of the row in which a device finds what it did, also where the row was so already: until that row is in its cache,
/// the device shows its own work. A conflict is found in its own row, unless there is none any more.
fn holds_it(world: &World, operation: &Operation, outcome: &Outcome) -> Option<u64> {
    let in_the_row = match outcome {
        Outcome::Applied => !matches!(operation, Operation::SettleConflict { .. }),
        Outcome::Conflict { conflict, .. } => !world.conflicts.iter().any(|placed| placed.conflict.id == *conflict),
        Outcome::Rejected { .. } => false,
    };
    match operation.subject() {
        Subject::Till => None,
        Subject::Template(id) => world.templates.get(&id).map(|row| row.row_version),
        Subject::Voucher(id) => world.vouchers.get(&id).map(|row| row.row_version),
    }
    .filter(|_| in_the_row)
}

type Contents = Vec<(TemplateId, u32, TemplateContent)>;

fn restore_template(world: &mut World, id: TemplateId, told: &Told, changes: &mut Vec<Change>, contents: &mut Contents) {
    let decided = world.decided.get(&Subject::Template(id)).map_or(&[][..], Vec::as_slice);
    let before = world.templates.get(&id);
    let Some(after) = template::fold(id, decided, told, before, &world.versions_of(id)) else { return };
    if before != Some(&after) {
        if before.is_none_or(|before| before.version != after.version) {
            contents.push((id, after.version, after.content.clone()));
        }
        let change = Change::Template(after);
        world.apply(&change, told.commit_no);
        changes.push(change);
    }
}

/// The version of the template that says what was sold. Where the version is lost it gets the next number, and what the template
/// says now follows it again; where the whole template is lost, it says what was sold until its own operations come back.
fn said_at(world: &mut World, id: TemplateId, snapshot: &TemplateContent, told: &Told, changes: &mut Vec<Change>, contents: &mut Contents) -> u32 {
    let versions = world.versions_of(id);
    if let Some((version, _)) = versions.iter().find(|(_, content)| *content == snapshot) {
        return *version;
    }
    let last = versions.keys().next_back().copied().unwrap_or(0);
    let sold_at = last.saturating_add(1);
    let mut row = template::lost(id, snapshot.clone(), told.body.stamp());
    contents.push((id, sold_at, snapshot.clone()));
    world.contents.insert((id, sold_at), snapshot.clone());
    if let Some(now) = world.templates.get(&id) {
        row = now.clone();
        row.version = sold_at.saturating_add(1);
        row.row_version += 1;
        contents.push((id, row.version, row.content.clone()));
    }
    let change = Change::Template(row);
    world.apply(&change, told.commit_no);
    changes.push(change);
    sold_at
}

fn restore_voucher(scope: &Scope<'_>, world: &mut World, id: VoucherId, told: &Told, changes: &mut Vec<Change>) {
    let decided = world.decided.get(&Subject::Voucher(id)).map_or(&[][..], Vec::as_slice);
    let before = world.rows_of(id);
    let after = voucher::fold(id, decided, told, &before, scope.places.zone_of(told.body.shop));
    if let Some(row) = after.voucher.as_ref().filter(|row| before.voucher.as_ref() != Some(row)) {
        changes.push(Change::Voucher(row.clone()));
    }
    for made in after.redemptions.values() {
        match before.redemptions.get(&made.stamp.op) {
            Some(same) if same == made => {}
            Some(_) => changes.push(Change::RedemptionChanged(*made)),
            None => changes.push(Change::RedemptionRecorded(*made)),
        }
    }
    for placed in &after.conflicts {
        if !before.conflicts.iter().any(|same| same.conflict == placed.conflict) {
            changes.push(Change::Conflict(placed.conflict.clone()));
        }
    }
    world.put(id, after);
}
