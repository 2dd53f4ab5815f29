//! What operations people may not do: asked of every table, column and function that the schema has, so that none is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use beadsbox_testkit::TestDatabase;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::support::{Stage, sell};

/// What they may read of tables that also hold what they may not; of a table without a name here it is all or nothing.
const CLOSED_COLUMNS: [(&str, &str); 15] = [
    ("admin_act", "details subject"),
    ("cash_move", "reason"),
    ("conflict", "settled_reason"),
    ("day_close", "close own_sums"),
    ("device", "public_key token_hash"),
    ("device_life", "chain_hash fork_hash parted_hash"),
    ("job", "cause handed_over lease mailed payload"),
    ("operation", "body hash held_clock_right outcome receipt"),
    ("push_tip", "signature tip"),
    ("quarantine_decision", "reason"),
    ("quarantine_operation", "body hash word"),
    ("server", "signing_key"),
    ("snapshot", "tag voucher_digest"),
    ("staff", "badge_hash email one_time_until password_hash pin_hash sign_in_version"),
    ("voucher", "code marks person_hash"),
];
/// What they may read whole.
const OPEN_TABLES: &str = "_sqlx_migrations approval change_feed change_inbox conflict_assignment device_former_shop epoch feed_batch ledger_entry \
     ledger_filled ledger_month mail_settings outbox_import redemption settings shop sign_of_life staff_sign_in takeover voucher_template \
     voucher_template_version";

/// One of them at the database: whatever a session of theirs does, it stays theirs.
async fn one_of_them(database: &TestDatabase) -> PgConnection {
    let mut conn = PgConnection::connect(&database.owner_url()).await.unwrap();
    sqlx::query("SET SESSION AUTHORIZATION beadsbox_ops").execute(&mut conn).await.unwrap();
    let (user, super_user): (String, bool) =
        sqlx::query_as("SELECT session_user::text, current_setting('is_superuser')::bool").fetch_one(&mut conn).await.unwrap();
    assert_eq!((user.as_str(), super_user), ("beadsbox_ops", false));
    conn
}

/// The tables, views and the like of the schema, with their columns.
async fn schema(stage: &Stage) -> BTreeMap<String, BTreeSet<String>> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped",
    )
    .fetch_all(&stage.pool)
    .await
    .unwrap();
    let mut tables = BTreeMap::<String, BTreeSet<String>>::new();
    for (table, column) in columns {
        tables.entry(table).or_default().insert(column);
    }
    tables
}

fn may_read(table: &str, column: &str) -> bool {
    let closed = CLOSED_COLUMNS.iter().find(|(name, _)| *name == table).map(|(_, columns)| *columns);
    match closed {
        Some(columns) => columns.split(' ').all(|closed| closed != column),
        None => OPEN_TABLES.split_whitespace().any(|open| open == table),
    }
}

async fn refused(conn: &mut PgConnection, sql: String) {
    let Err(refusal) = sqlx::query(AssertSqlSafe(sql.clone())).execute(conn).await else { panic!("{sql}: it was done") };
    let state = refusal.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default().into_owned();
    // Not theirs to do; a view or an identity that nobody can write to at all is refused as well, before that is asked.
    assert!(["42501", "428C9", "55000"].contains(&state.as_str()), "{sql}: {refusal}");
}

#[tokio::test]
async fn operations_people_read_what_is_named_and_nothing_else() {
    let stage = Stage::new().await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let tables = schema(&stage).await;
    let mut theirs = one_of_them(&stage.database).await;
    for (table, columns) in &tables {
        for column in columns {
            let sql = format!("SELECT \"{column}\" FROM \"{table}\"");
            if may_read(table, column) {
                sqlx::query(AssertSqlSafe(sql.clone())).fetch_all(&mut theirs).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            } else {
                refused(&mut theirs, sql).await;
            }
        }
    }
    // What the lists of this test name is there: none of them is out of date.
    let named = CLOSED_COLUMNS.iter().flat_map(|(table, columns)| columns.split(' ').map(move |column| (*table, column)));
    for (table, column) in named {
        assert!(tables.get(table).is_some_and(|columns| columns.contains(column)), "{table}.{column}");
    }
    for table in OPEN_TABLES.split_whitespace() {
        assert!(tables.contains_key(table), "{table}");
    }
    // Nor by what the planner has noted of it.
    let noted: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_stats WHERE tablename IN ('person', 'erased_person')")
        .fetch_one(&mut theirs)
        .await
        .unwrap();
    assert_eq!(noted, 0);
    for forbidden in ["SELECT count(*) FROM person", "SELECT * FROM person", "TABLE person", "COPY person TO STDOUT", "COPY voucher TO STDOUT"] {
        refused(&mut theirs, forbidden.to_owned()).await;
    }
}

#[tokio::test]
async fn operations_people_change_nothing() {
    let stage = Stage::new().await;
    beadsbox_server::migrate(&stage.database.owner_url()).await.unwrap();
    let mut theirs = one_of_them(&stage.database).await;
    // They may say so themselves that they write: it helps them nothing.
    sqlx::query("SET default_transaction_read_only = off").execute(&mut theirs).await.unwrap();
    for (table, columns) in schema(&stage).await {
        for column in columns {
            refused(&mut theirs, format!("UPDATE \"{table}\" SET \"{column}\" = DEFAULT")).await;
        }
        for sql in ["DELETE FROM", "TRUNCATE", "DROP TABLE"] {
            refused(&mut theirs, format!("{sql} \"{table}\"")).await;
        }
        refused(&mut theirs, format!("INSERT INTO \"{table}\" DEFAULT VALUES")).await;
        refused(&mut theirs, format!("ALTER TABLE \"{table}\" ADD COLUMN own int")).await;
        refused(&mut theirs, format!("CREATE TRIGGER own AFTER UPDATE ON \"{table}\" EXECUTE FUNCTION operation_is_decided()")).await;
    }
    let sequences: Vec<String> = sqlx::query_scalar("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert!(sequences.iter().any(|name| name == "commit_no"));
    for sequence in sequences {
        for call in ["nextval('NAME')", "setval('NAME', 1)", "currval('NAME')"] {
            refused(&mut theirs, format!("SELECT {}", call.replace("NAME", &sequence))).await;
        }
    }
    for sql in [
        "CREATE TABLE own (id int)",
        "CREATE TEMP TABLE own (id int)",
        "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA own",
        "CREATE ROLE own",
        "SET ROLE beadsbox_serve",
        "ALTER ROLE beadsbox_ops SUPERUSER",
        "GRANT beadsbox_serve TO beadsbox_ops",
        "ALTER SYSTEM SET beadsbox.continues = 'x'",
        "SELECT pg_reload_conf()",
        "SELECT pg_promote()",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY shop TO PROGRAM 'cat'",
    ] {
        refused(&mut theirs, sql.to_owned()).await;
    }
}

#[tokio::test]
async fn operations_people_call_none_of_the_schemas_functions() {
    let stage = Stage::new().await;
    // One that serves a trigger cannot be called at all.
    let callable: Vec<String> = sqlx::query_scalar(
        "SELECT p.oid::regprocedure::text FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('beadsbox_ops', p.oid, 'EXECUTE')",
    )
    .fetch_all(&stage.pool)
    .await
    .unwrap();
    assert_eq!(callable, Vec::<String>::new());
    let others: Vec<String> =
        sqlx::query_scalar("SELECT r.rolname::text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = 'beadsbox_ops'::regrole")
            .fetch_all(&stage.pool)
            .await
            .unwrap();
    assert_eq!(others, Vec::<String>::new(), "they have nobody else's rights");
}
