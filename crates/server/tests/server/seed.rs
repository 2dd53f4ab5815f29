//! `beadsbox-server seed`

use beadsbox_protocol::rows::Row;
use beadsbox_server::{Clock, seed};

use crate::support::Stage;

#[tokio::test]
async fn sample_data_have_every_status_and_come_once() {
    let stage = Stage::new().await;
    let clock = Clock::new(stage.clock.reader());
    let first = seed::seed(&stage.pool, &clock).await.unwrap();
    assert!(!first.already);
    assert_eq!(first.vouchers.iter().map(|(_, count)| count).sum::<i64>(), 500);
    assert_eq!(
        first.vouchers.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>(),
        ["cancelled", "expired", "purchased", "refunded", "used"]
    );
    assert_eq!(first.open_conflicts, 8);
    let words = first.to_string();
    assert!(words.contains("Adrien") && words.contains("adrien-beads"), "{words}");
    let again = seed::seed(&stage.pool, &clock).await.unwrap();
    assert!(again.already);
    assert_eq!(again.vouchers, first.vouchers);
    assert_eq!(
        stage.count("SELECT count(*) FROM voucher WHERE status = 'purchased' AND expires_at < now()").await,
        8,
        "overdue, within the grace"
    );
    assert_eq!(stage.server.as_ref().unwrap().expire_now().await.unwrap(), 0, "nothing is left to mark");

    let mut till = stage.bare_device("Till").await;
    till.sign_in("Adrien", "adrien-beads").await.unwrap();
    till.pull().await.unwrap();
    assert_eq!(till.cache.values().filter(|row| matches!(row, Row::Voucher(row) if row.person.is_some())).count(), 500);
    // Every chain of theirs verifies.
    assert_eq!(
        stage
            .count("SELECT count(*) FROM device_life l WHERE last_seq <> (SELECT count(*) FROM operation o WHERE o.device_id = l.device_id)")
            .await,
        0
    );
}
