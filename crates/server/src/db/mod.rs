//! The database: one file for each table, with its rows and queries.

/// New rows of a table out of JSON, up to where that JSON stands. All columns are named (docs/migrations.md).
macro_rules! insert_rows {
    ($table:literal, $columns:ident!) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (",
            $columns!(),
            ") SELECT ",
            $columns!(),
            " FROM jsonb_populate_recordset(NULL::",
            $table,
            ", "
        )
    };
}

pub mod admin_act;
pub mod announcement;
pub mod approval;
mod begin;
pub mod conflict;
pub mod conflict_assignment;
pub mod device;
pub mod end_of_day;
pub mod enrolment_code;
pub mod erased_person;
pub mod feed;
pub mod flat;
pub mod former_address;
pub mod free;
pub mod held;
pub mod job;
pub mod job_lease;
pub mod job_mail;
mod json;
pub mod known;
pub mod ledger;
pub mod life;
pub mod lock;
pub mod mail;
pub mod operation;
pub mod outbox_import;
mod parts;
pub mod password_reset;
pub mod payment_event;
pub mod payment_reversal;
pub mod person;
pub mod personal_data;
pub(crate) mod primary;
pub mod push;
pub mod quarantine;
pub mod range;
pub mod recovery_code;
pub mod redemption;
pub mod reminder;
pub mod report;
pub mod rules;
pub mod second_factor;
pub mod server;
pub mod session;
pub mod settings;
pub mod shop;
pub mod shop_front;
pub mod shop_order;
pub mod shop_page;
pub mod sign_in_delay;
pub mod sign_of_life;
pub mod snapshot;
pub mod staff;
pub mod staff_sign_in;
pub mod takeover;
pub mod template;
pub mod till;
pub mod voucher;
pub mod voucher_list;
pub mod writes;

use std::{str::FromStr as _, time::Duration};

use beadsbox_domain::{DeviceId, OpId, ShopId, StaffId, Stamp, Timestamp};
use sqlx::{
    Connection as _, PgPool, Postgres,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use crate::error::{Failure, StartError};

pub use begin::{at_one_moment, begin, begin_impatiently, begin_impatiently_on};

pub use beadsbox_protocol::Profile;

/// The schema, file by file.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/server");

/// Connects to serve; of several machines that the address names, to the one that takes writes. Whatever the database is set to, what was
/// acknowledged is on its disk, and nothing waits for ever.
pub async fn connect(url: &str, connections: u32) -> Result<PgPool, StartError> {
    Ok(pool_of(connections).connect_with(primary::find(url).await?).await?)
}

/// The same for a copy that reports read: it need not answer yet, and where it does not, nobody waits for it as long as for the database itself.
pub(crate) fn connect_later(url: &str, connections: u32) -> Result<PgPool, StartError> {
    Ok(pool_of(connections).acquire_timeout(Duration::from_secs(2)).connect_lazy_with(options(url)?))
}

/// One connection to the machine that takes writes by now, for whoever's own pool belongs to one that does not any more.
pub(crate) async fn connect_once(url: &str) -> Result<PoolConnection<Postgres>, Failure> {
    let connected = async { Ok(connect(url, 1).await?.acquire().await?) };
    connected.await.map_err(|error: StartError| match error {
        StartError::Database(error) => Failure::Database(error),
        other => Failure::Defect(other.to_string()),
    })
}

fn options(url: &str) -> Result<PgConnectOptions, StartError> {
    Ok(PgConnectOptions::from_str(url)?.application_name("beadsbox-server").options([
        ("synchronous_commit", "on"),
        ("statement_timeout", "25s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "60s"),
        ("timezone", "UTC"),
    ]))
}

/// How long a connection may lie idle before it is asked whether it is well.
const AT_WORK: Duration = Duration::from_secs(1);

fn pool_of(connections: u32) -> PgPoolOptions {
    let options = PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(5));
    // Each was well when it was given back. One that was at work a moment ago need not be asked again.
    options.test_before_acquire(false).before_acquire(|conn, meta| {
        Box::pin(async move {
            if meta.idle_for > AT_WORK {
                conn.ping().await?;
            }
            Ok(true)
        })
    })
}

/// Brings the schema and what everybody may up to date, as its owner.
pub async fn migrate(url: &str) -> Result<(), StartError> {
    // Without the bounds of serving: a migration may take longer.
    let pool = PgPoolOptions::new().max_connections(1).connect_with(primary::find_unbounded(url).await?).await?;
    MIGRATIONS.run(&pool).await?;
    // Nobody makes tables of their own, not for a moment either: PostgreSQL lets everybody, unless it is told. Not a migration, as it stands at the database
    // and not in it: neither a dump nor a copy has it.
    let revoked = "DO $$ BEGIN
                       IF has_database_privilege('public', current_database(), 'TEMPORARY') THEN
                           EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
                       END IF;
                   END $$";
    sqlx::query(revoked).execute(&pool).await?;
    pool.close().await;
    Ok(())
}

/// Whether the schema is this program's.
pub(crate) async fn check_migrated(pool: &PgPool) -> Result<(), StartError> {
    let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version")
        .fetch_all(pool)
        .await
        .map_err(|error| if sql_state_is(&error, "42P01") { StartError::NotMigrated } else { error.into() })?;
    let own: Vec<(i64, Vec<u8>)> = MIGRATIONS.iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect();
    if applied == own {
        Ok(())
    } else if own.starts_with(&applied) {
        Err(StartError::NotMigrated)
    } else {
        Err(StartError::ForeignSchema)
    }
}

fn sql_state_is(error: &sqlx::Error, state: &str) -> bool {
    crate::error::sql_state(error).is_some_and(|found| found == state)
}

/// Whether the error is a refusal by the unique index of that name.
pub(crate) fn is_taken(error: &sqlx::Error, index: &str) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation() && error.constraint() == Some(index))
}

/// A count as PostgreSQL keeps it. Counts start at 1 and never come near the bound.
pub(crate) fn to_bigint(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count that came from a column whose CHECK forbids negative ones.
pub(crate) fn to_count(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

/// A value that a CHECK or the program's own writing should have made sound.
fn damaged(what: &str) -> Failure {
    Failure::Defect(format!("a row is damaged: {what}"))
}

fn stamp(op: Uuid, at: Timestamp, staff: Uuid, shop: Uuid, device: Uuid) -> Stamp {
    Stamp { op: OpId(op), at, staff: StaffId(staff), shop: ShopId(shop), device: DeviceId(device) }
}

/// A value of the domain by the name that it has in files, wire and columns.
pub(crate) fn named<T: serde::de::DeserializeOwned>(name: &str, what: &str) -> Result<T, Failure> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).map_err(|_| damaged(what))
}

/// The name of such a value.
pub(crate) fn name_of(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        // Only enums without fields come here, and those are always strings.
        _ => String::new(),
    }
}
