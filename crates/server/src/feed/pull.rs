//! `GET /v1/sync/changes`: pages of the feed, each from one snapshot.

use std::collections::HashMap;

use axum::http::StatusCode;
use beadsbox_authority::lives;
use beadsbox_domain::ConflictId;
use beadsbox_protocol::{
    ErrorCode, LONGEST_WAIT_SECONDS, MOST_ROWS,
    pull::{ChangesPage, ChangesQuery, Cursor},
    rows::{Row, RowKey},
};
use sqlx::PgConnection;
use tokio::time::{Duration, Instant, sleep_until};
use uuid::Uuid;

use crate::{
    db::{
        self,
        device::Device,
        feed::{self, Change, Kind},
        to_bigint, to_count,
    },
    error::Failure,
    push,
    state::App,
};

use super::rows;

/// The most own results in one page.
const MOST_RESULTS: usize = 2000;

/// The next page for the device; waits for one where it is asked to.
pub(crate) async fn pull(app: &App, device: &Device, query: &ChangesQuery) -> Result<ChangesPage, Failure> {
    if !(1..=MOST_ROWS).contains(&query.limit) {
        return Err(Failure::malformed(format!("limit is 1 to {MOST_ROWS}")));
    }
    if query.wait > LONGEST_WAIT_SECONDS {
        return Err(Failure::malformed(format!("wait is at most {LONGEST_WAIT_SECONDS}")));
    }
    let mut heads = app.feed.subscribe();
    let deadline = Instant::now() + Duration::from_secs(u64::from(query.wait));
    let mut noted = false;
    loop {
        // What comes after this moment wakes the wait below.
        heads.mark_unchanged();
        let page = page(app, device, query).await?;
        if !noted {
            db::device::note_pull(&mut *app.pool.acquire().await?, device.id, app.clock.now(), query.waiting, query.wrong_pins).await?;
            noted = true;
        }
        let nothing = page.rows.is_empty() && page.own_results.is_empty() && page.to == page.from;
        if !nothing || Instant::now() >= deadline {
            return Ok(page);
        }
        tokio::select! {
            changed = heads.changed() => changed.map_err(|_| Failure::unavailable())?,
            () = sleep_until(deadline) => return Ok(page),
            () = app.stopped() => return Ok(page),
        }
    }
}

async fn page(app: &App, device: &Device, query: &ChangesQuery) -> Result<ChangesPage, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    // It may have been revoked while it waited.
    let device = db::device::find(&mut tx, device.id).await?.ok_or_else(|| Failure::not_found("device"))?;
    push::check_state(&device)?;
    let life = db::life::find(&mut tx, device.id, query.incarnation).await?;
    // With the next operation that the server lacks: a device to which nothing waits would not find out otherwise.
    check_epoch(app.identity.epoch, query.epoch, Some(life.as_ref().map_or(1, |life| life.last_seq + 1)))?;
    let (head, from) = check_cursor(&mut tx, query).await?;

    app.check_home(&mut tx).await?;
    let life = life.ok_or_else(push::unknown_life)?;
    // Also those of the life before this one: an admin may have decided on them since.
    let last_seq = life.last_seq;
    let lineage = db::life::lineage(&mut tx, device.id, life, query.acked).await?;
    let spans = lives::spans(&lineage, query.acked.saturating_add(1), u64::MAX);
    let mut own_results = db::operation::results(&mut tx, &app.identity, device.id, &spans, MOST_RESULTS + 1).await?;
    let more_results = own_results.len() > MOST_RESULTS;
    let (rows, to) = if more_results {
        // A row may hold the effect of an operation whose outcome does not fit here: the device would show it twice.
        own_results.pop();
        (Vec::new(), from.clone())
    } else {
        let changes = feed::after(&mut tx, to_bigint(from.seq), i64::from(query.limit)).await?;
        let to = end_of(&mut tx, &changes, query.limit, &head).await?;
        (rows_of(&mut tx, &changes, &device).await?, to)
    };
    tx.commit().await?;
    Ok(ChangesPage { epoch: app.identity.epoch, from, to, head: head.seq, last_seq, own_results, rows, server_time: app.clock.now() })
}

/// Whether who asks knows the server's epoch. If not, it is told the present one, and the operation expected from it next.
pub(super) fn check_epoch(epoch: Uuid, asked: Uuid, expected_seq: Option<u64>) -> Result<(), Failure> {
    if asked == epoch {
        Ok(())
    } else {
        Err(Failure::told(StatusCode::GONE, ErrorCode::EpochChanged, "the server was restored")
            .with(|problem| (problem.epoch, problem.expected_seq) = (Some(epoch), expected_seq)))
    }
}

/// Where the feed stands; the beginning where it is empty.
pub(crate) async fn head_cursor(conn: &mut PgConnection) -> Result<Cursor, Failure> {
    Ok(feed::head(conn).await?.map(|(seq, tag)| Cursor { seq: to_count(seq), tag }).unwrap_or_default())
}

/// The feed's head, and the cursor that was asked for, if both are of the same feed.
async fn check_cursor(conn: &mut PgConnection, query: &ChangesQuery) -> Result<(Cursor, Cursor), Failure> {
    let head = head_cursor(conn).await?;
    let from = Cursor { seq: query.cursor, tag: query.tag.clone() };
    let known = match from.seq {
        0 => Some(String::new()),
        seq => match i64::try_from(seq) {
            Ok(seq) => feed::tag_of(conn, seq).await?,
            Err(_) => None,
        },
    };
    if known.as_ref() == Some(&from.tag) {
        Ok((head, from))
    } else {
        Err(Failure::told(StatusCode::GONE, ErrorCode::CursorGone, "the cursor is not of this feed: take everything anew"))
    }
}

/// Where a page ends: at the last change in it, or at the head where it holds all there is.
async fn end_of(conn: &mut PgConnection, changes: &[Change], limit: u32, head: &Cursor) -> Result<Cursor, Failure> {
    match changes.last() {
        Some(last) if changes.len() >= limit as usize => {
            let tag = feed::tag_of(conn, last.seq).await?.ok_or_else(|| Failure::Defect("a change belongs to no batch".to_owned()))?;
            Ok(Cursor { seq: to_count(last.seq), tag })
        }
        _ => Ok(head.clone()),
    }
}

/// The changed rows as they are now, in the order of the changes: one query for each kind.
async fn rows_of(conn: &mut PgConnection, changes: &[Change], device: &Device) -> Result<Vec<Row>, Failure> {
    let mut ids: HashMap<Kind, Vec<Uuid>> = HashMap::new();
    let mut keys = Vec::with_capacity(changes.len());
    for change in changes {
        let kind = Kind::from_name(&change.kind).ok_or_else(|| Failure::Defect(format!("a change of an unknown kind: {}", change.kind)))?;
        ids.entry(kind).or_default().push(change.entity_id);
        keys.push(key_of(kind, change.entity_id));
    }
    let mut rows: HashMap<RowKey, Row> = HashMap::with_capacity(changes.len());
    for (kind, ids) in ids {
        rows.extend(rows::of_kind(conn, kind, &ids, device.profile).await?.into_iter().map(|row| (row.key(), row)));
    }
    Ok(keys.iter().filter_map(|key| rows.remove(key)).collect())
}

fn key_of(kind: Kind, id: Uuid) -> RowKey {
    match kind {
        Kind::Shop => RowKey::Shop(beadsbox_domain::ShopId(id)),
        Kind::Staff => RowKey::Staff(beadsbox_domain::StaffId(id)),
        Kind::Device => RowKey::Device(beadsbox_domain::DeviceId(id)),
        Kind::Settings => RowKey::Settings,
        Kind::Template => RowKey::Template(beadsbox_domain::TemplateId(id)),
        Kind::Voucher => RowKey::Voucher(beadsbox_domain::VoucherId(id)),
        Kind::Conflict => RowKey::Conflict(ConflictId(id)),
    }
}
