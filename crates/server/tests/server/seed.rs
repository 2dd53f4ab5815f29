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
            .count("SELECT count(*) FROM device d WHERE last_seq <> (SELECT count(*) FROM operation o WHERE o.device_id = d.id)")
            .await,
        0
    );
}

#[tokio::test]
async fn many_vouchers_are_sound_and_the_same_every_time() {
    let (stage, other) = (Stage::new().await, Stage::new().await);
    other.clock.set(stage.clock.now());
    for stage in [&stage, &other] {
        let clock = Clock::new(stage.clock.reader());
        seed::seed(&stage.pool, &clock).await.unwrap();
        assert_eq!(seed::fill(&stage.pool, &clock, 1500).await.unwrap(), 1000);
        assert_eq!(seed::fill(&stage.pool, &clock, 1500).await.unwrap(), 0);
    }
    let codes = "SELECT string_agg(code || status || coalesce(expires_on::text, ''), ',' ORDER BY id) FROM voucher
                 WHERE NOT EXISTS (SELECT FROM operation WHERE subject_id = voucher.id)";
    let made: Vec<String> = futures_of(&[&stage, &other], codes).await;
    assert_eq!(made[0], made[1]);

    // Whoever pulls reads every one of them, which checks its code, buyer and snapshot.
    let mut till = stage.bare_device("Till").await;
    till.pull().await.unwrap();
    let vouchers: Vec<_> = till.cache.values().filter_map(|row| if let Row::Voucher(row) = row { Some(row) } else { None }).collect();
    assert_eq!((vouchers.len(), vouchers.iter().filter(|row| row.person.is_some()).count()), (1500, 1500));
    let used = vouchers.iter().filter(|row| row.voucher.status == beadsbox_domain::Status::Used).count();
    assert_eq!(stage.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL").await, i64::try_from(used).unwrap());
    for row in vouchers {
        let voucher = &row.voucher;
        assert!(voucher.since.at >= voucher.sold.at && voucher.since.at <= stage.clock.now(), "{voucher:?}");
    }
    assert_eq!(stage.server.as_ref().unwrap().expire_now().await.unwrap(), 0, "nothing is left to mark");
}

async fn futures_of(stages: &[&Stage], sql: &'static str) -> Vec<String> {
    let mut found = Vec::new();
    for stage in stages {
        found.push(sqlx::query_scalar(sql).fetch_one(&stage.pool).await.unwrap());
    }
    found
}
