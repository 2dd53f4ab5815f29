//! Takes what several devices push at the same moment in one transaction: their rows are read and written together, and the disk is waited for once.
//!
//! Only what goes on each device's chain as it should, and what is about rows that no other push of them is about: so it is as if they had come one
//! after the other. Whatever is anything else is left for [`super::alone`], and so is everything where the database refuses any of it: what one device
//! sends never costs another more than a second try.

use std::collections::{HashMap, HashSet};

use beadsbox_authority::{Fresh, Reading, Scope, lives};
use beadsbox_domain::{DeviceId, Operation, operation::Subject};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{
    Pushed, Taken, result_of,
    rules::Rules,
    take::{self, Brought, Came},
};
use crate::{
    db::{self, device::Device, lock::Lock},
    error::Failure,
    mail,
    state::App,
    token,
};

/// A push that goes on its device's chain.
struct Plain<'a> {
    /// Its place among the pushes.
    place: usize,
    pushed: &'a Pushed,
    scope: Scope<'a>,
    fresh: Vec<Fresh>,
}

/// What became of pushes.
pub(super) struct Done {
    /// For each; none where it is to be taken by itself.
    pub taken: Vec<Option<Taken>>,
    /// What changed waits for the sequencer.
    pub in_inbox: bool,
}

/// Takes pushes of different devices in that transaction, which does not wait for locks for long. After an error nothing of any is taken, or, where the
/// connection was lost in the commit, all of it is: taken by itself, each finds out by its chain.
pub(super) async fn take(app: &App, mut tx: Transaction<'_, Postgres>, pushes: &[&Pushed]) -> Result<Done, Failure> {
    let mut taken: Vec<Option<Taken>> = pushes.iter().map(|_| None).collect();
    let ids: Vec<Uuid> = pushes.iter().map(|pushed| pushed.caller.id.0).collect();
    let devices: HashMap<DeviceId, Device> = db::device::lock_free(&mut tx, &ids).await?.into_iter().map(|device| (device.id, device)).collect();
    let asked: Vec<_> = pushes.iter().map(|pushed| (pushed.caller.id, pushed.incarnation)).collect();
    let Some(rules) = Rules::read(&mut tx, &app.identity, &asked).await? else {
        tx.rollback().await?;
        return Ok(Done { taken, in_inbox: false });
    };
    if !rules.at_home() {
        return Err(app.leave_home());
    }
    let numbered = pushes.iter().copied().enumerate();
    let mut claims = Claims::default();
    let plain: Vec<Plain<'_>> = numbered
        .filter_map(|(place, pushed)| plain(app, &rules, devices.get(&pushed.caller.id)?, place, pushed))
        .filter(|plain| claims.add(&Claims::of(&plain.fresh)))
        .collect();
    if plain.is_empty() {
        // At once: each is taken by itself next, and needs the rows of its device.
        tx.rollback().await?;
        return Ok(Done { taken, in_inbox: false });
    }
    let brought: Vec<Brought<'_>> = plain
        .iter()
        .map(|plain| Brought { scope: &plain.scope, fresh: &plain.fresh, came: Came::Now(plain.pushed.batch.persons()) })
        .collect();
    let done = take::take_straight(&mut tx, &rules.zones, &brought).await?;
    for plain in &plain {
        mail::write_jobs(&mut tx, app, &plain.fresh).await?;
    }
    let turn = app.feed.turn().await;
    let is_sequencer = db::push::note_and_take(&mut tx, &notes(&plain), turn.as_ref().map(|_| Lock::Sequencer)).await?;
    let head = if is_sequencer { place(&mut tx, &done.touched).await? } else { None };
    if head.is_none() {
        // Nothing changed, another process is at it, or others of this one take too long.
        db::feed::note_all(&mut tx, &done.touched).await?;
    }
    tx.commit().await?;
    drop(turn);
    if let Some(head) = head {
        app.feed.note_head(db::to_count(head));
    }
    let in_inbox = head.is_none() && !done.touched.is_empty();
    let mut results = done.decided.iter().map(|decided| result_of(&decided.judged));
    for plain in &plain {
        let results = results.by_ref().take(plain.fresh.len()).collect();
        if let Some(taken) = taken.get_mut(plain.place) {
            *taken = Some(Taken { results, held: 0, last_seq: plain.pushed.batch.last_seq(), quarantined: false });
        }
    }
    Ok(Done { taken, in_inbox })
}

/// The vouchers and templates that operations are about.
#[derive(Default)]
struct Claims {
    /// What they may change.
    changed: HashSet<Uuid>,
    /// What they only look at: many sell from one template.
    looked_at: HashSet<Uuid>,
}

impl Claims {
    fn of(fresh: &[Fresh]) -> Self {
        let mut claims = Self::default();
        for fresh in fresh {
            let Reading::Operation(body) = &fresh.arrived.reading else { continue };
            match body.operation.subject() {
                Subject::Template(id) => _ = claims.changed.insert(id.0),
                Subject::Voucher(id) => _ = claims.changed.insert(id.0),
                // The device's own.
                Subject::Till => {}
            }
            if let Operation::Sell { template, replaces, .. } = &body.operation {
                claims.looked_at.insert(template.0);
                claims.changed.extend(replaces.as_ref().map(|replaced| replaced.voucher.0));
            }
        }
        claims
    }

    /// Adds others, where neither changes what the other is about. Whether that is so.
    fn add(&mut self, other: &Self) -> bool {
        let apart = |changed: &HashSet<Uuid>, by: &Self| changed.is_disjoint(&by.changed) && changed.is_disjoint(&by.looked_at);
        let are_apart = apart(&self.changed, other) && apart(&other.changed, self);
        if are_apart {
            self.changed.extend(&other.changed);
            self.looked_at.extend(&other.looked_at);
        }
        are_apart
    }
}

/// None where it has to be taken by itself. The device's row is locked; one that somebody else has locked is not waited for.
fn plain<'a>(app: &'a App, rules: &Rules, device: &Device, place: usize, pushed: &'a Pushed) -> Option<Plain<'a>> {
    let Pushed { caller, epoch, incarnation, batch, contact } = pushed;
    let life = rules.life(device.id).filter(|life| life.incarnation == *incarnation)?;
    let is_plain = caller.check(device).is_ok()
        && *epoch == app.identity.epoch
        && life.quarantine(device.state).is_none()
        && batch.first_seq() == life.last_seq + 1
        && !batch.has_receipts();
    if !is_plain {
        return None;
    }
    let bodies = batch.ops().iter().map(|arrived| arrived.body.as_str());
    let hashes = lives::follow(batch.first_seq(), bodies, (life.chain_hash, &[]), batch.tip()).ok()?;
    let fresh = batch.fresh(hashes, 0, &app.identity);
    // What cannot be read has more to it.
    fresh.iter().all(|fresh| matches!(fresh.arrived.reading, Reading::Operation(_))).then(|| Plain {
        place,
        pushed,
        scope: rules.scope(device, *incarnation, &app.identity, contact.clock_right()),
        fresh,
    })
}

/// The ends of the chains, and what the devices told of themselves.
fn notes(plain: &[Plain<'_>]) -> Vec<db::push::Note> {
    let note = |Plain { pushed, .. }: &Plain<'_>| db::push::Note {
        device: pushed.caller.id,
        incarnation: pushed.incarnation,
        last_seq: pushed.batch.last_seq(),
        tip: pushed.batch.tip(),
        signature: *pushed.batch.signature(),
        now: pushed.contact.now,
        waiting: pushed.contact.waiting,
        clock_skew_seconds: pushed.contact.skew.as_secs(),
    };
    plain.iter().map(note).collect()
}

/// Puts what changed into the feed: its head then; none where nothing changed. The transaction is the sequencer.
async fn place(conn: &mut PgConnection, touched: &super::write::Touched) -> Result<Option<i64>, Failure> {
    if touched.is_empty() {
        return Ok(None);
    }
    let tag = hex::encode(token::random::<16>()?);
    Ok(Some(db::feed::place(conn, touched, &tag).await?))
}
