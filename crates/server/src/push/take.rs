//! Decides and writes operations, so that what the database refuses is singled out and stops nothing else.

use std::collections::HashSet;

use beadsbox_authority::{Judged, World, judge};
use beadsbox_domain::Refusal;
use sqlx::{Acquire as _, PgConnection};

use super::{
    Fresh, Persons, Scope,
    ledger::{Before, Booking},
    load,
    rules::Zones,
    till,
    write::{Prepared, Touched, finish, prepare, write},
};
use crate::{
    db::{feed, known::Known, operation},
    error::{Failure, sql_state},
    shop::Ordered,
};

/// Where operations are kept.
#[derive(Clone, Copy)]
pub(super) enum Came<'a> {
    /// They come now, with these buyers.
    Now(&'a Persons),
    /// They are here, held, and so are the buyers that came with them.
    Held,
}

/// What one device brought, in its order. Its row is locked.
#[derive(Clone, Copy)]
pub(super) struct Brought<'a> {
    pub scope: &'a Scope<'a>,
    pub fresh: &'a [Fresh],
    pub came: Came<'a>,
}

/// An operation on its way: whose it is, and its place in the order in which the server takes them.
#[derive(Clone, Copy)]
struct Numbered<'a> {
    scope: &'a Scope<'a>,
    came: Came<'a>,
    fresh: &'a Fresh,
    number: i64,
}

/// An operation that is decided.
pub(super) struct Decided<'a> {
    pub scope: &'a Scope<'a>,
    pub came: Came<'a>,
    pub judged: Judged<'a>,
}

impl<'a> Numbered<'a> {
    fn decide(self, world: &mut World, booking: &mut Booking) -> Decided<'a> {
        let before = Before::of(world, self.fresh);
        let judged = judge(self.scope, world, self.fresh, self.number);
        booking.book(self.scope, &before, world, &judged);
        self.decided(judged)
    }

    fn refuse(self, refusal: Refusal) -> Decided<'a> {
        self.decided(Judged::refused(self.scope, self.fresh, self.number, refusal))
    }

    const fn decided(self, judged: Judged<'a>) -> Decided<'a> {
        Decided { scope: self.scope, came: self.came, judged }
    }
}

/// What operations of several devices came to.
pub(super) struct Taken<'a> {
    /// One for each, in order.
    pub decided: Vec<Decided<'a>>,
    /// What is to be written of it, with whatever else there is to write. Whoever writes it tells the feed of the rows that change.
    pub prepared: Prepared,
    orders: Ordered,
}

impl Taken<'_> {
    /// Writes what refers to what was prepared, which is written.
    pub async fn finish(self, conn: &mut PgConnection) -> Result<(), Failure> {
        finish(conn, &self.decided).await?;
        self.orders.complete(conn, &judged(&self.decided)).await
    }
}

/// What is locked and loaded before any operation is decided.
struct Ready<'a> {
    orders: Ordered,
    world: World,
    numbered: Vec<Numbered<'a>>,
}

impl<'a> Ready<'a> {
    async fn load(conn: &mut PgConnection, brought: &[Brought<'a>], known: Option<Known>) -> Result<Self, Failure> {
        let fresh: Vec<&Fresh> = brought.iter().flat_map(|brought| brought.fresh).collect();
        let orders = Ordered::lock(conn, &fresh).await?;
        let kept = kept_numbers(conn, &fresh).await?;
        let (mut world, numbers) = match known {
            Some(known) => load::lock_rest(conn, &fresh, known).await?,
            None => load::lock(conn, &fresh, kept.iter().filter(|number| number.is_none()).count()).await?,
        };
        let mut new = numbers.into_iter();
        let mut kept = kept.into_iter();
        let mut numbered = Vec::with_capacity(fresh.len());
        for Brought { scope, fresh, came } in brought.iter().copied() {
            till::load(conn, scope, fresh, &mut world).await?;
            for fresh in fresh {
                let number = kept.next().flatten().or_else(|| new.next());
                let number = number.ok_or_else(|| Failure::Defect("the database gave too few numbers".to_owned()))?;
                numbered.push(Numbered { scope, came, fresh, number });
            }
        }
        Ok(Self { orders, world, numbered })
    }
}

/// Decides operations of several devices at once, with what is known of them where that was read. Where the database refuses any of it, the transaction is
/// lost: they are to be taken by [`take`], each device's by themselves.
pub(super) async fn take_straight<'a>(conn: &mut PgConnection, zones: &Zones, brought: &[Brought<'a>], known: Option<Known>) -> Result<Taken<'a>, Failure> {
    let Ready { orders, mut world, numbered } = Ready::load(conn, brought, known).await?;
    let mut booking = Booking::default();
    let decided: Vec<Decided<'_>> = numbered.into_iter().map(|numbered| numbered.decide(&mut world, &mut booking)).collect();
    let prepared = prepare(conn, zones, &world, &decided, &booking).await?;
    Ok(Taken { decided, prepared, orders })
}

/// Decides and writes operations of one device, and tells the feed of the rows that changed.
///
/// The whole batch is written in one savepoint. Where the database refuses that, it is taken in halves, down to the one
/// operation that is refused: that one is stored as it came, and rejected.
pub(super) async fn take<'a>(conn: &mut PgConnection, zones: &Zones, brought: Brought<'a>) -> Result<Vec<Decided<'a>>, Failure> {
    let Ready { orders, mut world, numbered } = Ready::load(conn, &[brought], None).await?;
    let (mut done, mut changed) = (Vec::with_capacity(numbered.len()), Touched::default());
    let mut parts = vec![numbered.as_slice()];
    while let Some(part) = parts.pop() {
        let mut after = world.clone();
        let mut booking = Booking::default();
        let decided: Vec<Decided<'_>> = part.iter().map(|numbered| numbered.decide(&mut after, &mut booking)).collect();
        match (write_in_savepoint(conn, zones, &after, &decided, &booking).await?, part) {
            (Ok(touched), _) => {
                world = after;
                done.extend(decided);
                changed.extend(touched);
            }
            (Err(refusal), [numbered]) => {
                let refused = vec![numbered.refuse(refusal)];
                if let Err(again) = write_in_savepoint(conn, zones, &world, &refused, &Booking::default()).await? {
                    return Err(Failure::Defect(format!("a refused operation cannot be stored either: {again:?}")));
                }
                done.extend(refused);
            }
            (Err(_), part) => {
                let (front, back) = part.split_at(part.len() / 2);
                parts.extend([back, front]);
            }
        }
    }
    orders.complete(conn, &judged(&done)).await?;
    feed::note_all(conn, &changed).await?;
    Ok(done)
}

fn judged<'a, 'b>(decided: &'b [Decided<'a>]) -> Vec<&'b Judged<'a>> {
    decided.iter().map(|decided| &decided.judged).collect()
}

/// Keeps operations as they came, and rejects them all.
pub(super) async fn refuse<'a>(conn: &mut PgConnection, zones: &Zones, brought: Brought<'a>, refusal: &Refusal) -> Result<Vec<Decided<'a>>, Failure> {
    let Brought { scope, fresh, came } = brought;
    let numbers = operation::next_commit_numbers(conn, fresh.len()).await?;
    let numbered = fresh.iter().zip(numbers).map(|(fresh, number)| Numbered { scope, came, fresh, number });
    let refused: Vec<Decided<'_>> = numbered.map(|numbered| numbered.refuse(refusal.clone())).collect();
    write(conn, zones, &World::default(), &refused, &Booking::default()).await?;
    Ok(refused)
}

/// The place that each operation has already in the order in which the server takes them: what an earlier epoch had decided keeps its own.
async fn kept_numbers(conn: &mut PgConnection, fresh: &[&Fresh]) -> Result<Vec<Option<i64>>, Failure> {
    let kept: Vec<i64> = fresh.iter().filter_map(|fresh| fresh.word.as_ref()).map(|word| word.commit_no).collect();
    // Only where somebody served a restored database before its new epoch began.
    let mut taken: HashSet<i64> = if kept.is_empty() {
        HashSet::new()
    } else {
        operation::taken_numbers(conn, &kept).await?.into_iter().collect()
    };
    Ok(fresh
        .iter()
        .map(|fresh| fresh.word.as_ref().map(|word| word.commit_no).filter(|number| taken.insert(*number)))
        .collect())
}

/// Writes in a savepoint. The rows that changed, or what the database refused; then nothing of this is written.
async fn write_in_savepoint(
    conn: &mut PgConnection,
    zones: &Zones,
    after: &World,
    decided: &[Decided<'_>],
    booking: &Booking,
) -> Result<Result<Touched, Refusal>, Failure> {
    let mut savepoint = conn.begin().await?;
    match write(&mut savepoint, zones, after, decided, booking).await {
        Ok(touched) => {
            savepoint.commit().await?;
            Ok(Ok(touched))
        }
        Err(Failure::Database(error)) if is_refusal(&error) => {
            savepoint.rollback().await?;
            tracing::warn!(%error, device = decided.first().map(|decided| decided.scope.device.to_string()), "the database refused operations");
            Ok(Err(refusal_of(&error)))
        }
        Err(other) => Err(other),
    }
}

/// Bad values and broken constraints: no try will ever go better.
fn is_refusal(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Encode(_)) || sql_state(error).is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

fn refusal_of(error: &sqlx::Error) -> Refusal {
    let constraint = error.as_database_error().filter(|error| error.is_unique_violation()).and_then(|error| error.constraint());
    match constraint {
        // Another device was faster, in the moment between looking and writing.
        Some("operation_op_id") => Refusal::Repeated,
        Some("voucher_code" | "voucher_external_code") => Refusal::CodeTaken,
        Some("voucher_pkey" | "voucher_template_pkey") => Refusal::IdTaken,
        _ => Refusal::Unreadable { detail: format!("the database refuses it ({})", sql_state(error).unwrap_or_default()) },
    }
}
