//! `server` and `epoch`: who this server is, and on which PostgreSQL.

use beadsbox_domain::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// The server's row.
#[derive(sqlx::FromRow)]
pub struct Record {
    pub epoch: Uuid,
    pub signing_key: Vec<u8>,
    /// On which PostgreSQL the epoch began; none where none was written down.
    pub home: Option<String>,
}

/// Which PostgreSQL this is. A restore to a moment and a failover begin a new timeline; a dump that was loaded is another database.
const HOME: &str = "concat_ws('/', (SELECT system_identifier FROM pg_control_system()), left(pg_walfile_name(pg_current_wal_lsn()), 8),
                               (SELECT oid FROM pg_database WHERE datname = current_database()))";

/// Which PostgreSQL this is.
pub async fn home(conn: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT {HOME}"))).fetch_one(conn).await
}

/// The PostgreSQL on which the epoch goes on, as it was written down.
pub async fn known_home(conn: &mut PgConnection) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT home FROM server").fetch_one(conn).await
}

/// As a column: whether the epoch is still that one, and this is the PostgreSQL on which it began.
pub(super) fn push_is_home(sql: &mut QueryBuilder<Postgres>, epoch: Uuid) {
    sql.push("(SELECT EXISTS (SELECT FROM server WHERE epoch = ")
        .push_bind(epoch)
        .push(" AND home = ")
        .push(HOME)
        .push("))");
}

/// Whether the epoch is still that one, and this is the PostgreSQL on which it began.
pub async fn is_at_home(conn: &mut PgConnection, epoch: Uuid) -> sqlx::Result<bool> {
    let mut sql = QueryBuilder::new("SELECT ");
    push_is_home(&mut sql, epoch);
    sql.build_query_scalar().fetch_one(conn).await
}

/// The row, locked: of several processes that start at once, one begins a new epoch.
pub async fn lock(conn: &mut PgConnection) -> sqlx::Result<Option<Record>> {
    sqlx::query_as("SELECT epoch, signing_key, home FROM server FOR UPDATE").fetch_optional(conn).await
}

/// Does nothing where the row is there already.
pub async fn insert(conn: &mut PgConnection, epoch: Uuid, signing_key: &[u8]) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO server (epoch, signing_key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(epoch)
        .bind(signing_key)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn set_epoch(conn: &mut PgConnection, epoch: Uuid, home: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE server SET epoch = $1, home = $2").bind(epoch).bind(home).execute(conn).await?;
    Ok(())
}

/// The last number of the order in which operations are taken.
pub async fn last_commit_no(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT last_value FROM commit_no").fetch_one(conn).await
}

/// Goes on to count from that number. It stays so even where the transaction fails, which only leaves a gap.
pub async fn count_from(conn: &mut PgConnection, first_commit_no: i64) -> sqlx::Result<()> {
    sqlx::query("SELECT setval('commit_no', $1, false)").bind(first_commit_no).execute(conn).await?;
    Ok(())
}

pub async fn insert_epoch(conn: &mut PgConnection, epoch: Uuid, began_at: Timestamp, reason: &str, first_commit_no: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO epoch (epoch, began_at, reason, first_commit_no) VALUES ($1, $2, $3, $4)")
        .bind(epoch)
        .bind(began_at.to_sqlx())
        .bind(reason)
        .bind(first_commit_no)
        .execute(conn)
        .await?;
    Ok(())
}
