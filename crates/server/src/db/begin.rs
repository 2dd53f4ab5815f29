//! Begins transactions, whatever becomes of whoever asked for them.
//!
//! sqlx counts a transaction as begun once the answer to `BEGIN` is there. Whoever stops waiting for that, as a request does whose
//! client went away, would give the connection back to the pool with a transaction open that nobody knows of, and everything that is
//! done on it afterwards fails or is never committed. So a task of its own waits for the answer.

use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Transaction};

/// A transaction that writes.
pub async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    waited_for(pool, "BEGIN").await
}

/// Statements of many parameters take PostgreSQL longer to plan than to carry out: they are planned once, for whatever parameters. Such a plan lives as long
/// as its connection, or until the statistics of its tables are taken anew: one that reads a whole table, as is best while it is small, is made by nobody
/// here, and no join that reads one. What has to be read as a whole all the same looks so dear then that PostgreSQL would compile the statement each time.
const IMPATIENT: &str = "BEGIN; SET LOCAL lock_timeout = '200ms'; SET LOCAL plan_cache_mode = force_generic_plan; \
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off";

/// A transaction of few and known statements, planned once, that writes and gives up where it would wait for a lock longer than a till waits for its answer.
pub async fn begin_impatiently(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    waited_for(pool, IMPATIENT).await
}

/// The same on a connection of a task that nobody stops.
pub async fn begin_impatiently_on(conn: &mut PgConnection) -> sqlx::Result<Transaction<'_, Postgres>> {
    conn.begin_with(IMPATIENT).await
}

/// A transaction that reads everything as it stands at one moment.
pub async fn at_one_moment(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    waited_for(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
}

async fn waited_for(pool: &PgPool, statement: &'static str) -> sqlx::Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    // Nobody may be there any more to take it: then it is rolled back.
    let beginning = tokio::spawn(async move { pool.begin_with(statement).await });
    beginning.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

#[cfg(test)]
mod tests {
    use beadsbox_testkit::TestDatabase;
    use sqlx::postgres::PgPoolOptions;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn whoever_stops_waiting_for_a_transaction_leaves_none_open() {
        let database = TestDatabase::create().await;
        let pool = PgPoolOptions::new().max_connections(1).connect(&database.owner_url()).await.unwrap();
        let (mut cut, mut begun) = (0, 0);
        // Cut ever later, by a moment each time, until it is no longer cut.
        for moments in 0..2_000 {
            let patience = async {
                for _ in 0..moments {
                    yield_now().await;
                }
            };
            tokio::select! {
                biased;
                () = patience => cut += 1,
                transaction = at_one_moment(&pool) => begun += u32::from(transaction.is_ok()),
            }
            let read_only: String = sqlx::query_scalar("SHOW transaction_read_only").fetch_one(&pool).await.unwrap();
            assert_eq!(read_only, "off", "cut after {moments} moments");
            if begun == 20 {
                break;
            }
        }
        assert!(cut > 0 && begun > 0, "cut {cut} times, begun {begun} times");
    }
}
