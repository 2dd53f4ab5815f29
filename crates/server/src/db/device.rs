//! `device`: installed programs, and the server's own.

use beadsbox_domain::{DeviceId, OfflineLimits, ShopId, StaffId, Timestamp, text::Name};
use beadsbox_protocol::{
    ChainHash, Profile,
    admin::DeviceStatus,
    rows::{self, DeviceState},
};
use ed25519_dalek::VerifyingKey;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, life, named, to_bigint, to_count};
use crate::error::Failure;

/// The server's own device.
pub const SERVER: DeviceId = DeviceId(Uuid::nil());

#[derive(FromRow)]
pub(super) struct Record {
    id: Uuid,
    name: String,
    shop_id: Option<Uuid>,
    public_key: Vec<u8>,
    profile: String,
    state: String,
    last_seq: i64,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    enrolled_at: Timestamp,
    last_contact_at: Option<jiff_sqlx::Timestamp>,
    waiting: Option<i64>,
    clock_skew_seconds: Option<i64>,
    offline_limits: Option<Json<OfflineLimits>>,
    wrong_pins: i64,
    program_version: Option<String>,
    row_version: i64,
    token_hash: Option<Vec<u8>>,
}

/// The columns of a [`Record`], of `device d`.
macro_rules! columns {
    () => {
        "d.id, d.name, d.shop_id, d.public_key, d.profile, d.state, d.enrolled_at, d.last_contact_at, d.waiting, d.clock_skew_seconds, \
         d.offline_limits, d.wrong_pins, d.program_version, d.row_version, d.token_hash, \
         coalesce((SELECT max(l.last_seq) FROM device_life l WHERE l.device_id = d.id), 0) AS last_seq"
    };
}
pub(super) use columns;

/// A device as the server works with it.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: DeviceId,
    pub name: String,
    pub shop: ShopId,
    pub public_key: [u8; 32],
    pub profile: Profile,
    pub state: DeviceState,
    /// The last operation that the server holds, over all its lives.
    pub last_seq: u64,
    pub enrolled_at: Timestamp,
    pub last_contact_at: Option<Timestamp>,
    pub waiting: Option<u64>,
    pub clock_skew_seconds: Option<i64>,
    /// None where the organisation's hold.
    pub offline: Option<OfflineLimits>,
    pub wrong_pins: u64,
    /// The one that it last called with.
    pub program_version: Option<String>,
    pub row_version: u64,
    /// Of the token by which it calls; none before it has one.
    pub token_hash: Option<[u8; 32]>,
}

impl Record {
    pub fn read(self) -> Result<Device, Failure> {
        Ok(Device {
            id: DeviceId(self.id),
            name: self.name,
            // Only the server's own device stands nowhere; its operations name the nil shop.
            shop: ShopId(self.shop_id.unwrap_or_default()),
            public_key: self.public_key.try_into().map_err(|_| damaged("device.public_key"))?,
            profile: Profile::from_name(&self.profile).ok_or_else(|| damaged("device.profile"))?,
            state: named(&self.state, "device.state")?,
            last_seq: to_count(self.last_seq),
            enrolled_at: self.enrolled_at,
            last_contact_at: self.last_contact_at.map(jiff_sqlx::Timestamp::to_jiff),
            waiting: self.waiting.map(to_count),
            clock_skew_seconds: self.clock_skew_seconds,
            offline: self.offline_limits.map(|limits| limits.0),
            wrong_pins: to_count(self.wrong_pins),
            program_version: self.program_version,
            row_version: to_count(self.row_version),
            token_hash: self.token_hash.map(|hash| hash.try_into().map_err(|_| damaged("device.token_hash"))).transpose()?,
        })
    }
}

impl Device {
    /// As other devices see it.
    pub fn row(&self) -> rows::Device {
        rows::Device {
            id: self.id,
            name: self.name.clone(),
            shop: self.shop,
            public_key: hex::encode(self.public_key),
            state: self.state,
            offline: self.offline,
            row_version: self.row_version,
        }
    }

    /// As an admin sees it.
    pub fn status(&self) -> DeviceStatus {
        DeviceStatus {
            device: self.row(),
            last_contact_at: self.last_contact_at,
            last_seq: self.last_seq,
            waiting: self.waiting,
            clock_skew_seconds: self.clock_skew_seconds,
            wrong_pins: self.wrong_pins,
            profile: Some(self.profile),
            program_version: self.program_version.clone(),
        }
    }

    pub fn verifying_key(&self) -> Result<VerifyingKey, Failure> {
        VerifyingKey::from_bytes(&self.public_key).map_err(|_| damaged("device.public_key"))
    }
}

/// A device that enrols.
pub struct NewDevice<'a> {
    pub id: DeviceId,
    pub name: &'a str,
    pub shop: ShopId,
    pub public_key: &'a VerifyingKey,
    pub profile: Profile,
    pub token_hash: &'a [u8; 32],
    pub enrolled_at: Timestamp,
}

/// With its first life.
pub async fn insert(conn: &mut PgConnection, new: &NewDevice<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO device (id, name, shop_id, public_key, profile, token_hash, enrolled_at, last_contact_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(new.id.0)
    .bind(new.name)
    .bind(new.shop.0)
    .bind(new.public_key.as_bytes().as_slice())
    .bind(new.profile.name())
    .bind(new.token_hash.as_slice())
    .bind(new.enrolled_at.to_sqlx())
    .execute(&mut *conn)
    .await?;
    life::insert_first(conn, new.id, ChainHash::of_enrolment(new.id, beadsbox_authority::lives::FIRST, new.public_key)).await
}

/// Devices, with the last operation that the server holds of them.
macro_rules! devices {
    ($which:literal) => {
        concat!("SELECT ", columns!(), " FROM device d ", $which)
    };
}

async fn one(query: sqlx::query::QueryAs<'_, sqlx::Postgres, Record, sqlx::postgres::PgArguments>, conn: &mut PgConnection) -> Result<Option<Device>, Failure> {
    query.fetch_optional(conn).await?.map(Record::read).transpose()
}

pub async fn find(conn: &mut PgConnection, id: DeviceId) -> Result<Option<Device>, Failure> {
    one(sqlx::query_as(devices!("WHERE d.id = $1")).bind(id.0), conn).await
}

pub async fn find_by_token(conn: &mut PgConnection, token_hash: &[u8; 32]) -> Result<Option<Device>, Failure> {
    one(sqlx::query_as(devices!("WHERE d.token_hash = $1")).bind(token_hash.as_slice()), conn).await
}

pub async fn find_by_key(conn: &mut PgConnection, public_key: &[u8; 32]) -> Result<Option<Device>, Failure> {
    one(sqlx::query_as(devices!("WHERE d.public_key = $1")).bind(public_key.as_slice()), conn).await
}

/// The device's row, locked: its operations are taken one batch after another.
pub async fn lock(conn: &mut PgConnection, id: DeviceId) -> Result<Option<Device>, Failure> {
    one(sqlx::query_as(devices!("WHERE d.id = $1 FOR NO KEY UPDATE")).bind(id.0), conn).await
}

/// Every device but the server's own.
pub async fn all(conn: &mut PgConnection) -> Result<Vec<Device>, Failure> {
    let records: Vec<Record> = sqlx::query_as(devices!("WHERE d.id <> $1 ORDER BY d.enrolled_at, d.id")).bind(SERVER.0).fetch_all(conn).await?;
    records.into_iter().map(Record::read).collect()
}

pub async fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Device>, Failure> {
    let records: Vec<Record> = sqlx::query_as(devices!("WHERE d.id = ANY($1)")).bind(ids).fetch_all(conn).await?;
    records.into_iter().map(Record::read).collect()
}

pub async fn set_token(conn: &mut PgConnection, id: DeviceId, token_hash: &[u8; 32]) -> sqlx::Result<()> {
    sqlx::query("UPDATE device SET token_hash = $2 WHERE id = $1")
        .bind(id.0)
        .bind(token_hash.as_slice())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether a call says more of its device than what is known: that it was heard of once more, within seconds, is not worth a row; where this server's clock
/// was wrong, it is. A condition on a device `d` and what is heard of it, `p`.
const SAYS_MORE: &str = "d.last_contact_at IS NULL OR d.last_contact_at NOT BETWEEN p.at - interval '5 seconds' AND p.at + interval '5 seconds'
    OR d.waiting IS DISTINCT FROM p.waiting";

/// SQL that notes what pushes say of their devices, which stands in `source` as `p (device_id, at, waiting, skew)`.
pub(super) fn heard_of(source: &str) -> String {
    format!(
        "UPDATE device d SET last_contact_at = p.at, waiting = p.waiting, clock_skew_seconds = p.skew FROM {source}
         WHERE d.id = p.device_id AND ({SAYS_MORE} OR d.clock_skew_seconds IS DISTINCT FROM p.skew)"
    )
}

/// Notes that the device was heard of, in a push.
pub async fn note_push(conn: &mut PgConnection, id: DeviceId, now: Timestamp, waiting: u64, clock_skew_seconds: i64) -> sqlx::Result<()> {
    let note = heard_of("(VALUES ($1::uuid, $2::timestamptz, $3::bigint, $4::bigint)) AS p (device_id, at, waiting, skew)");
    sqlx::query(sqlx::AssertSqlSafe(note))
        .bind(id.0)
        .bind(now.to_sqlx())
        .bind(to_bigint(waiting))
        .bind(clock_skew_seconds)
        .execute(conn)
        .await?;
    Ok(())
}

/// So many of what it had waiting came by a file.
pub async fn note_brought(conn: &mut PgConnection, id: DeviceId, operations: u64) -> sqlx::Result<()> {
    sqlx::query("UPDATE device SET waiting = greatest(waiting - $2, 0) WHERE id = $1")
        .bind(id.0)
        .bind(to_bigint(operations))
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that the device was heard of, in a pull: every few seconds at most, and never by waiting for a push of it.
pub async fn note_pull(conn: &mut PgConnection, id: DeviceId, now: Timestamp, waiting: u64, wrong_pins: u64) -> sqlx::Result<()> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "UPDATE device SET last_contact_at = $2, waiting = $3, wrong_pins = greatest(wrong_pins, $4)
         WHERE id = (SELECT d.id FROM device d, (VALUES ($2::timestamptz, $3::bigint)) AS p (at, waiting)
                     WHERE d.id = $1 AND ({SAYS_MORE} OR d.wrong_pins < $4)
                     FOR NO KEY UPDATE OF d SKIP LOCKED)"
    )))
    .bind(id.0)
    .bind(now.to_sqlx())
    .bind(to_bigint(waiting))
    .bind(to_bigint(wrong_pins))
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes the version that it called with; the next call does where a push of it is at work.
pub async fn note_version(conn: &mut PgConnection, id: DeviceId, version: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE device SET program_version = $2 WHERE id = (SELECT id FROM device WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)")
        .bind(id.0)
        .bind(version)
        .execute(conn)
        .await?;
    Ok(())
}

/// Sets what the device may honour without the server. False where there is no such device at that version.
pub async fn set_limits(conn: &mut PgConnection, id: DeviceId, row_version: u64, limits: Option<&OfflineLimits>) -> sqlx::Result<bool> {
    let set = sqlx::query("UPDATE device SET offline_limits = $3, row_version = row_version + 1 WHERE id = $1 AND row_version = $2 AND id <> $4")
        .bind(id.0)
        .bind(to_bigint(row_version))
        .bind(limits.map(Json))
        .bind(SERVER.0)
        .execute(conn)
        .await?;
    Ok(set.rows_affected() == 1)
}

/// What an admin changes of a device; what is none stays. False where there is no such device at that version.
pub async fn change(conn: &mut PgConnection, id: DeviceId, row_version: u64, name: Option<&Name>, shop: Option<ShopId>) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "UPDATE device SET name = coalesce($3, name), shop_id = coalesce($4, shop_id), row_version = row_version + 1
         WHERE id = $1 AND row_version = $2 AND id <> $5",
    )
    .bind(id.0)
    .bind(to_bigint(row_version))
    .bind(name.map(Name::as_str))
    .bind(shop.map(|shop| shop.0))
    .bind(SERVER.0)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Notes that the device stood in that shop until now.
pub async fn note_former_shop(conn: &mut PgConnection, id: DeviceId, shop: ShopId, now: Timestamp, by: StaffId) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO device_former_shop (device_id, shop_id, left_at, moved_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (device_id, shop_id) DO UPDATE SET left_at = excluded.left_at, moved_by = excluded.moved_by",
    )
    .bind(id.0)
    .bind(shop.0)
    .bind(now.to_sqlx())
    .bind(by.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Bars the device for good. False where there is none, or it was barred before.
pub async fn revoke(conn: &mut PgConnection, id: DeviceId) -> sqlx::Result<bool> {
    let revoked = sqlx::query("UPDATE device SET state = 'revoked', row_version = row_version + 1 WHERE id = $1 AND id <> $2 AND state <> 'revoked'")
        .bind(id.0)
        .bind(SERVER.0)
        .execute(conn)
        .await?;
    Ok(revoked.rows_affected() == 1)
}
