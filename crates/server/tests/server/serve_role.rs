//! What the role that serves may not do.

use sqlx::{AssertSqlSafe, PgPool};

use crate::support::{Stage, sell};

/// What it is refused.
const FORBIDDEN: [&str; 53] = [
    "UPDATE operation SET body = ''",
    "DELETE FROM operation",
    "TRUNCATE operation",
    "DELETE FROM push_tip",
    "UPDATE push_tip SET tip = tip",
    "UPDATE voucher_template_version SET price_minor = 1",
    "DELETE FROM voucher",
    "DELETE FROM redemption",
    "UPDATE redemption SET device_id = device_id",
    "DELETE FROM conflict",
    "UPDATE conflict SET other_op = other_op",
    "UPDATE person SET person = person",
    "UPDATE server SET signing_key = signing_key",
    "UPDATE epoch SET reason = reason",
    "DELETE FROM device_life",
    "UPDATE device_life SET parted_after = parted_after",
    "DELETE FROM quarantine_operation",
    "UPDATE quarantine_operation SET body = body",
    "DELETE FROM quarantine_decision",
    "UPDATE quarantine_decision SET reason = reason",
    "UPDATE snapshot_chunk SET bytes = bytes",
    "UPDATE feed_batch SET tag = tag",
    "UPDATE day_close SET agrees = true",
    "DELETE FROM day_close",
    "UPDATE cash_move SET minor = 0",
    "DELETE FROM cash_move",
    "UPDATE ledger_entry SET amount_minor = 0",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry",
    "DELETE FROM ledger_filled",
    "UPDATE job SET payload = payload",
    "UPDATE shop_order SET price_minor = 1",
    "UPDATE shop_order SET code = code",
    "UPDATE shop_order SET voucher_id = voucher_id",
    "UPDATE payment_event SET did = did",
    "UPDATE payment_reversal SET order_id = order_id",
    "DELETE FROM payment_reversal",
    "DELETE FROM shop_page",
    "UPDATE job SET cause = cause",
    "TRUNCATE job",
    "DELETE FROM mail_settings",
    "DELETE FROM mail_text",
    "UPDATE reminder SET last_day = last_day",
    "UPDATE password_reset SET expires_at = expires_at",
    "UPDATE admin_act SET kind = ''",
    "DELETE FROM admin_act",
    "DELETE FROM erased_person",
    "UPDATE recovery_code SET code_hash = code_hash",
    "DROP TABLE voucher",
    "CREATE TABLE own (id int)",
    "CREATE TEMP TABLE own (id int)",
    "DELETE FROM shop_front",
    "ALTER TABLE operation DISABLE TRIGGER ALL",
];

#[tokio::test]
async fn who_serves_cannot_change_what_happened() {
    let stage = Stage::new().await;
    beadsbox_server::migrate(&stage.database.owner_url()).await.unwrap();
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let serving = PgPool::connect(&stage.database.serve_url()).await.unwrap();
    for sql in FORBIDDEN {
        let refused = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&serving).await.unwrap_err();
        assert_eq!(refused.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(), Some("42501"), "{sql}: {refused}");
    }
    // A person can be erased, and the voucher stays.
    sqlx::query("DELETE FROM person").execute(&serving).await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM voucher").await, 1);
    serving.close().await;
}
