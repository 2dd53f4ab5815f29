//! Decides and writes a batch, so that what the database refuses is singled out and stops nothing else.

use std::collections::HashSet;

use beadsbox_authority::{Judged, World, judge};
use beadsbox_domain::Refusal;
use sqlx::{Acquire as _, PgConnection};

use super::{
    Fresh, Persons, Scope,
    ledger::{Before, Booking},
    load, till,
    write::write,
};
use crate::{
    db::operation,
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

/// Decides and writes operations of one device, in order. Its row is locked.
///
/// The whole batch is written in one savepoint. Where the database refuses that, it is taken in halves, down to the one
/// operation that is refused: that one is stored as it came, and rejected.
pub(super) async fn take<'a>(conn: &mut PgConnection, scope: &Scope<'_>, fresh: &'a [Fresh], came: Came<'_>) -> Result<Vec<Judged<'a>>, Failure> {
    let orders = Ordered::lock(conn, fresh).await?;
    let mut world = load::lock(conn, fresh).await?;
    till::load(conn, scope, fresh, &mut world).await?;
    let numbered = number(conn, fresh).await?;

    let mut done = Vec::with_capacity(fresh.len());
    let mut parts = vec![numbered.as_slice()];
    while let Some(part) = parts.pop() {
        let mut after = world.clone();
        let mut booking = Booking::default();
        let judged: Vec<Judged<'_>> = part.iter().map(|(fresh, number)| judge_and_book(scope, &mut after, fresh, *number, &mut booking)).collect();
        match (write_in_savepoint(conn, scope, &after, &judged, &booking, came).await?, part) {
            (None, _) => {
                world = after;
                done.extend(judged);
            }
            (Some(refusal), [(fresh, number)]) => {
                let refused = vec![Judged::refused(scope, fresh, *number, refusal)];
                if let Some(again) = write_in_savepoint(conn, scope, &world, &refused, &Booking::default(), came).await? {
                    return Err(Failure::Defect(format!("a refused operation cannot be stored either: {again:?}")));
                }
                done.extend(refused);
            }
            (Some(_), part) => {
                let (front, back) = part.split_at(part.len() / 2);
                parts.extend([back, front]);
            }
        }
    }
    orders.complete(conn, &done).await?;
    Ok(done)
}

fn judge_and_book<'a>(scope: &Scope<'_>, world: &mut World, fresh: &'a Fresh, number: i64, booking: &mut Booking) -> Judged<'a> {
    let before = Before::of(world, fresh);
    let judged = judge(scope, world, fresh, number);
    booking.book(scope, &before, world, &judged);
    judged
}

/// Keeps operations as they came, and rejects them all.
pub(super) async fn refuse(conn: &mut PgConnection, scope: &Scope<'_>, fresh: &[Fresh], refusal: &Refusal) -> Result<(), Failure> {
    let numbers = operation::next_commit_numbers(conn, fresh.len()).await?;
    let refused: Vec<Judged<'_>> = fresh.iter().zip(numbers).map(|(fresh, number)| Judged::refused(scope, fresh, number, refusal.clone())).collect();
    write(conn, scope, &World::default(), &refused, &Booking::default(), Came::Now(&Persons::new())).await
}

/// Gives each operation its place in the order in which the server takes them. What an earlier epoch had decided keeps its own.
///
/// After the locks: for one voucher, new numbers grow in the order in which its lock was taken.
async fn number<'a>(conn: &mut PgConnection, fresh: &'a [Fresh]) -> Result<Vec<(&'a Fresh, i64)>, Failure> {
    let kept: Vec<i64> = fresh.iter().filter_map(|fresh| fresh.word.as_ref()).map(|word| word.commit_no).collect();
    // Only where somebody served a restored database before its new epoch began.
    let mut taken: HashSet<i64> = if kept.is_empty() {
        HashSet::new()
    } else {
        operation::taken_numbers(conn, &kept).await?.into_iter().collect()
    };
    let own: Vec<Option<i64>> = fresh
        .iter()
        .map(|fresh| fresh.word.as_ref().map(|word| word.commit_no).filter(|number| taken.insert(*number)))
        .collect();
    let mut new = operation::next_commit_numbers(conn, own.iter().filter(|number| number.is_none()).count()).await?.into_iter();
    let numbers = own.into_iter().map(|number| number.or_else(|| new.next()));
    let numbered: Option<Vec<(&Fresh, i64)>> = fresh.iter().zip(numbers).map(|(fresh, number)| Some((fresh, number?))).collect();
    numbered.ok_or_else(|| Failure::Defect("the database gave too few numbers".to_owned()))
}

/// Writes in a savepoint. Some is what the database refused; then nothing of this is written.
async fn write_in_savepoint(
    conn: &mut PgConnection,
    scope: &Scope<'_>,
    after: &World,
    judged: &[Judged<'_>],
    booking: &Booking,
    came: Came<'_>,
) -> Result<Option<Refusal>, Failure> {
    let mut savepoint = conn.begin().await?;
    match write(&mut savepoint, scope, after, judged, booking, came).await {
        Ok(()) => {
            savepoint.commit().await?;
            Ok(None)
        }
        Err(Failure::Database(error)) if is_refusal(&error) => {
            savepoint.rollback().await?;
            tracing::warn!(%error, device = %scope.device, "the database refused operations");
            Ok(Some(refusal_of(&error)))
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
