//! Takes what several devices push at the same moment in one transaction: their rows are read and written together, and the disk is waited for once.
//!
//! Only what goes on each device's chain as it should, and what is about rows that no other push of them is about: so it is as if they had come one
//! after the other. Whatever is anything else is left for [`super::alone`], and so is everything where the database refuses any of it: what one device
//! sends never costs another more than a second try.

use std::collections::HashSet;

use beadsbox_authority::{Fresh, Reading, Scope, lives};
use beadsbox_domain::{Operation, VoucherId, operation::Subject};
use beadsbox_protocol::push::OpResult;
use futures_util::future::join;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{
    Pushed, Taken, load, result_of,
    rules::Rules,
    take::{self, Brought, Came},
    turns::MOST_OF_ONE,
    write::{Prepared, Touched},
};
use crate::{
    db::{
        self,
        known::{Asked, Known},
        lock::Lock,
        writes::Writes,
    },
    error::Failure,
    feed::Turn,
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
#[derive(Default)]
pub(super) struct Done {
    /// For each; none, or nothing at its place, where it is to be taken by itself.
    pub taken: Vec<Option<Taken>>,
    /// What changed waits for the sequencer.
    pub in_inbox: bool,
}

/// Takes pushes of different devices in that transaction, which does not wait for locks for long. After an error nothing of any is taken, or, where the
/// connection was lost in the commit, all of it is: taken by itself, each finds out by its chain.
pub(super) async fn take(app: &App, mut tx: Transaction<'_, Postgres>, pushes: &[&Pushed]) -> Result<Done, Failure> {
    let mut taken: Vec<Option<Taken>> = pushes.iter().map(|_| None).collect();
    // The database is asked first, and works meanwhile.
    let (read, ()) = join(Read::lock(app, &mut tx, pushes), async {
        for pushed in pushes {
            pushed.is_signed();
        }
    })
    .await;
    let Some(Read { rules, known, locked, mut sequencing }) = read? else {
        tx.rollback().await?;
        return Ok(Done { taken, in_inbox: false });
    };
    if !rules.at_home() {
        return Err(app.leave_home());
    }
    let numbered = pushes.iter().copied().enumerate();
    let mut claims = Claims::default();
    let plain: Vec<Plain<'_>> = numbered
        .filter_map(|(place, pushed)| plain(app, &rules, place, pushed))
        .filter(|plain| locked.leaves(plain))
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
    let done = take::take_straight(&mut tx, &rules.zones, &brought, known).await?;
    let Written { results, touched, head } = write(app, &mut tx, &plain, done, &mut sequencing).await?;
    tx.commit().await?;
    drop(sequencing);
    if let Some(head) = head {
        app.feed.note_head(db::to_count(head));
    }
    let in_inbox = head.is_none() && !touched.is_empty();
    let mut results = results.into_iter();
    for plain in &plain {
        let results = results.by_ref().take(plain.fresh.len()).collect();
        if let Some(taken) = taken.get_mut(plain.place) {
            *taken = Some(Taken { results, held: 0, last_seq: plain.pushed.batch.last_seq(), quarantined: false });
        }
    }
    Ok(Done { taken, in_inbox })
}

/// What is locked and read before anything is decided.
struct Read<'a> {
    rules: Rules,
    /// Of everything that the pushes are about; none where there is more to it than vouchers, which is locked and read later.
    known: Option<Known>,
    locked: Locked,
    sequencing: Sequencing<'a>,
}

/// Whether the transaction is the sequencer.
enum Sequencing<'a> {
    /// It is, until it is committed.
    Now { _turn: Turn<'a> },
    /// Another process is at it, or others of this one take too long: what changes waits in the inbox.
    Not,
    /// It tries when everything else is written.
    Later,
}

/// The vouchers that are there and were not locked with the others: somebody else has them, or sold them since.
struct Locked(HashSet<VoucherId>);

impl<'a> Read<'a> {
    /// None where no device is free.
    async fn lock(app: &'a App, conn: &mut PgConnection, pushes: &[&Pushed]) -> Result<Option<Self>, Failure> {
        let about = load::About::of(pushes.iter().flat_map(|pushed| pushed.batch.ops()));
        let mut lives: Vec<_> = pushes.iter().map(|pushed| (pushed.caller.id, pushed.incarnation)).collect();
        let free = db::free::lock(conn, &lives, about.as_ref().map_or(&[], |about| &about.vouchers)).await?;
        lives.retain(|(device, _)| free.devices.contains(device));
        if lives.is_empty() {
            return Ok(None);
        }
        let Some(load::About { vouchers, ops, staff, till }) = about else {
            let rules = db::rules::read(conn, app.identity.epoch, &lives).await?.into();
            return Ok(Some(Self { rules, known: None, locked: Locked(HashSet::new()), sequencing: Sequencing::Later }));
        };
        let numbers = ops.len();
        // Who has much to write, or to compare, would hold up the feed of everybody else meanwhile.
        let is_short = numbers <= MOST_OF_ONE && !till && !vouchers.is_empty();
        let turn = if is_short { app.feed.turn().await } else { None };
        let asked = Asked { vouchers: &vouchers, ops: &ops, staff: &staff, numbers, sequencer: turn.is_some() };
        let (rules, known) = db::free::read(conn, app.identity.epoch, &lives, &asked).await?;
        let free: HashSet<Uuid> = free.vouchers.into_iter().collect();
        let locked = known.vouchers.iter().map(|voucher| voucher.id).filter(|voucher| !free.contains(&voucher.0)).collect();
        let sequencing = match turn {
            Some(turn) if known.is_sequencer => Sequencing::Now { _turn: turn },
            _ if is_short => Sequencing::Not,
            _ => Sequencing::Later,
        };
        Ok(Some(Self { rules: rules.into(), known: Some(known), locked: Locked(locked), sequencing }))
    }
}

impl<'a> Sequencing<'a> {
    async fn try_now(app: &'a App, conn: &mut PgConnection) -> Result<Self, Failure> {
        let turn = app.feed.turn().await;
        Ok(match turn {
            Some(turn) if Lock::Sequencer.try_take(conn).await? => Self::Now { _turn: turn },
            _ => Self::Not,
        })
    }

    const fn is_now(&self) -> bool {
        matches!(self, Self::Now { .. })
    }
}

impl Locked {
    /// Whether everything that it is about is free.
    fn leaves(&self, plain: &Plain<'_>) -> bool {
        self.0.is_empty() || Claims::of(&plain.fresh).changed.iter().all(|id| !self.0.contains(&VoucherId(*id)))
    }
}

/// What is written.
struct Written {
    results: Vec<OpResult>,
    touched: Touched,
    /// The feed's, where what changed is in it.
    head: Option<i64>,
}

/// Writes everything that was decided, and what the pushes told beside their operations.
async fn write<'a>(
    app: &'a App,
    conn: &mut PgConnection,
    plain: &[Plain<'_>],
    mut done: take::Taken<'_>,
    sequencing: &mut Sequencing<'a>,
) -> Result<Written, Failure> {
    let Prepared { touched, mut writes } = std::mem::take(&mut done.prepared);
    db::push::add(&mut writes, &notes(plain));
    let told = if let Sequencing::Later = sequencing {
        writes.run(conn).await?;
        None
    } else {
        Some(tell(conn, writes, &touched, sequencing.is_now()).await?)
    };
    let results = done.decided.iter().map(|decided| result_of(&decided.judged)).collect();
    done.finish(conn).await?;
    for plain in plain {
        mail::write_jobs(conn, app, &plain.fresh).await?;
    }
    let head = if let Some(head) = told {
        head
    } else {
        if !touched.is_empty() {
            *sequencing = Sequencing::try_now(app, conn).await?;
        }
        tell(conn, Writes::default(), &touched, sequencing.is_now()).await?
    };
    Ok(Written { results, touched, head })
}

/// Writes, and puts what changed into the feed, where the transaction is the sequencer: its head then; else into the inbox. The last statement before the
/// commit, but for what waits for nobody.
async fn tell(conn: &mut PgConnection, mut writes: Writes, touched: &Touched, is_sequencer: bool) -> Result<Option<i64>, Failure> {
    // From here on the transaction has time: telling of changes waits at the commit for whoever tells of others.
    writes.ask("(SELECT 0 FROM set_config('lock_timeout', '10s', true))");
    if !is_sequencer || touched.is_empty() {
        db::feed::add_noted(&mut writes, touched);
        writes.run(conn).await?;
        return Ok(None);
    }
    db::feed::add_placed(&mut writes, touched, &hex::encode(token::random::<16>()?));
    let head = writes.run(conn).await?.last().copied().flatten();
    head.map(Some).ok_or_else(|| Failure::Defect("the feed has no end".to_owned()))
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
fn plain<'a>(app: &'a App, rules: &Rules, place: usize, pushed: &'a Pushed) -> Option<Plain<'a>> {
    let Pushed { caller, epoch, incarnation, batch, contact, .. } = pushed;
    let device = rules.standing(caller.id)?;
    let life = &device.life;
    let is_plain = pushed.is_signed()
        && caller.check(device.token_hash.as_deref()).is_ok()
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
    let scope = rules.scope(caller.id, *incarnation, &app.identity, contact.clock_right()).ok()?;
    // What cannot be read has more to it.
    fresh
        .iter()
        .all(|fresh| matches!(fresh.arrived.reading, Reading::Operation(_)))
        .then(|| Plain { place, pushed, scope, fresh })
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
