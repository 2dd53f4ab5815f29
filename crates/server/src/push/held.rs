//! What a newer program wrote before this server could read it: decided once it can, where it stands in its device's order.

use std::{collections::HashSet, time::SystemTime};

use beadsbox_authority::{Fresh, Reading};
use beadsbox_domain::{DeviceId, PersonHash};
use beadsbox_protocol::{Incarnation, MOST_OPERATIONS};
use sqlx::PgConnection;

use super::{
    Persons, forget_refused_buyers,
    rules::Rules,
    take::{self, Brought, Came},
    tell_of_outcomes, traced,
};
use crate::{db, error::Failure, mail, state::App};

/// Keeps the buyers whom no operation of a batch names that can be read, where there are others: theirs they may be.
pub(super) async fn keep_buyers(conn: &mut PgConnection, fresh: &[Fresh], persons: &Persons) -> Result<(), Failure> {
    if !fresh.iter().any(is_unread) {
        return Ok(());
    }
    let named: HashSet<PersonHash> = fresh.iter().filter_map(|fresh| fresh.arrived.buyer()).collect();
    let unnamed: Vec<_> = persons.values().filter(|person| !named.contains(&person.hash)).cloned().collect();
    db::person::insert(conn, &unnamed).await
}

const fn is_unread(fresh: &Fresh) -> bool {
    matches!(fresh.arrived.reading, Reading::Newer)
}

/// Decides on every held operation that this server can read by now, by the time at which it came. How many those were.
pub(crate) async fn decide_held(app: &App) -> Result<usize, Failure> {
    let lives = db::held::lives(&mut *app.pool.acquire().await?).await?;
    let mut decided = 0;
    for life in lives {
        let mut through = 0;
        // A bounded batch for each transaction: the device pushes on meanwhile.
        while let Some(batch) = decide_batch(app, life, through).await? {
            through = batch.through;
            decided += batch.decided;
            app.feed.settle().await;
        }
    }
    Ok(decided)
}

struct Batch {
    through: u64,
    decided: usize,
}

/// Decides on the first of a life after that one; none where there are none.
async fn decide_batch(app: &App, (id, incarnation): (DeviceId, Incarnation), after: u64) -> Result<Option<Batch>, Failure> {
    let began = SystemTime::now();
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    db::device::lock(&mut tx, id).await?.ok_or_else(|| Failure::not_found("device"))?;
    let held = db::held::after(&mut tx, (id, incarnation), after, MOST_OPERATIONS).await?;
    let Some(through) = held.last().map(|(fresh, _)| fresh.arrived.dev_seq) else { return Ok(None) };
    let readable: Vec<(Fresh, bool)> = held.into_iter().filter(|(fresh, _)| !is_unread(fresh)).collect();
    let clock_right = readable.iter().all(|(_, right)| *right);
    let fresh: Vec<Fresh> = readable.into_iter().map(|(fresh, _)| fresh).collect();
    if !fresh.is_empty() {
        let rules = Rules::of(&mut tx, &app.identity, id, incarnation).await?;
        let scope = rules.scope(id, incarnation, &app.identity, clock_right)?;
        let decided = take::take(&mut tx, &rules.zones, Brought { scope: &scope, fresh: &fresh, came: Came::Held }).await?;
        forget_refused_buyers(&mut tx, &fresh).await?;
        mail::write_jobs(&mut tx, app, &fresh).await?;
        tell_of_outcomes(&mut tx, id).await?;
        tx.commit().await?;
        traced::tell_decided(app, id, &decided, began).await;
        tracing::info!(device = %id, incarnation, count = fresh.len(), "decided on operations that were held");
    }
    Ok(Some(Batch { through, decided: fresh.len() }))
}
