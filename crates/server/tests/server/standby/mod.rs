//! A primary and its standby: real clusters, real server processes, and tills that go on at their work.

mod copy;
mod kept;
mod mail;
mod take_over;

use std::time::Duration;

use beadsbox_domain::Role;
use beadsbox_server::{Profile, organisation};
use beadsbox_testkit::{Cluster, TestDevice};
use sqlx::PgPool;
use tokio::time::sleep;

use crate::support::PASSWORD;

/// What serves: a member of the role that may no more than serving needs.
const WEB: &str = "beadsbox_web";

/// A primary with a migrated database, and its standby. None where PostgreSQL's programs are missing.
async fn pair(waited_for: bool) -> Option<(Cluster, Cluster)> {
    let primary = Cluster::plain()?;
    primary.create_database("beadsbox").await;
    beadsbox_server::migrate(&primary.url("beadsbox")).await.unwrap();
    primary.execute("beadsbox", format!("CREATE ROLE {WEB} LOGIN IN ROLE beadsbox_serve")).await;
    let standby = primary.standby("two", waited_for);
    Some((primary, standby))
}

/// The database of both machines, for whoever serves.
fn address_of_both(one: &Cluster, two: &Cluster) -> String {
    format!("postgres://{WEB}@127.0.0.1:{},127.0.0.1:{}/beadsbox", one.port(), two.port())
}

/// A device with somebody of that role at it, in a shop of its own.
pub async fn till(cluster: &Cluster, base: &str, name: &str, role: Role) -> TestDevice {
    let pool = cluster.pool("beadsbox");
    let shop = organisation::add_shop(&pool, name, "Europe/Paris").await.unwrap();
    organisation::add_staff(&pool, name, role, PASSWORD).await.unwrap();
    let code = organisation::add_enrolment_code(&pool, shop.id, Profile::Office).await.unwrap();
    pool.close().await;
    let mut till = TestDevice::enrol(base, &code.code, name).await.unwrap();
    till.sign_in(name, PASSWORD).await.unwrap();
    till
}

/// One value of the database.
async fn one<T>(pool: &PgPool, sql: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// What the primary has, the standby has applied.
async fn until_abreast(primary: &Cluster, standby: &Cluster) {
    let (ahead, behind) = (primary.pool("postgres"), standby.pool("postgres"));
    let end: String = one(&ahead, "SELECT pg_current_wal_lsn()::text").await;
    loop {
        let applied: bool = sqlx::query_scalar("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn").bind(&end).fetch_one(&behind).await.unwrap();
        if applied {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    ahead.close().await;
    behind.close().await;
}
