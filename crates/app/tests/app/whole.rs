//! A device without a cache at a server with very many vouchers: it takes a snapshot, whatever cuts it, and ends with exactly the
//! server's rows.

use crate::stage::{Centre, PASSWORD, Till, link::Wire};
use beadsbox_app::view::{CacheCheck, Comparison, SyncPhase};
use beadsbox_domain::Status;

const VOUCHERS: u64 = 30_000;

/// How far a till is with its snapshot, or none where it takes none.
async fn loading(till: &Till) -> Option<(u64, u64)> {
    let progress = till.seat().status_bar().await.unwrap().progress?;
    (progress.phase == SyncPhase::Loading).then_some((progress.done, progress.total))
}

async fn until_loaded(till: &Till) {
    let taken = async {
        loop {
            if till.seat().sync_now().await.is_ok_and(|status| status.progress.is_none() && status.last_sync_at.is_some()) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(5), taken).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_5_a_bootstrap_that_is_cut_goes_on_and_ends_with_the_servers_rows() {
    let centre = Centre::open().await;
    centre.fill(VOUCHERS).await;
    let mut till = Till::new(centre.address).await;
    till.enrol(&centre, "Marais").await.unwrap();
    till.sign_in("Ada", PASSWORD).await.unwrap();
    let mut some = 0;
    for _ in 0..3000 {
        some = loading(&till).await.map_or(0, |(done, _)| done);
        if some > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(some > 0, "it never began");
    till.link.set(Wire::Cut);
    // The till sells meanwhile, and the program ends and begins again.
    let receipt = till.sell("Meanwhile").await;
    till.restart().await;
    till.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(till.status_of(&receipt.code).await, Status::Purchased, "own work is there");
    assert!(till.file("cache.db.load").exists(), "what was loaded is kept");
    till.link.set(Wire::Whole);
    until_loaded(&till).await;

    assert!(till.file("cache.db.g1").exists() && !till.file("cache.db").exists(), "it was loaded, not paged");
    let vouchers = u64::try_from(centre.count("SELECT count(*) FROM voucher").await).unwrap();
    assert_eq!(vouchers, VOUCHERS + 1, "and the sale has arrived once");
    assert_eq!(till.page("").await.total, Some(vouchers));
    assert_eq!(till.page("meanwhile").await.rows.len(), 1, "own work is there once");
    let CacheCheck { comparison, overview } = till.seat().check_cache().await.unwrap();
    assert_eq!((comparison, overview.repaired, overview.status.waiting), (Comparison::Equal { repaired: 0 }, 0, 0));
    assert!(overview.proved_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_6_own_work_stays_on_the_screen_from_before_the_load_until_after_it() {
    let centre = Centre::open().await;
    centre.fill(VOUCHERS).await;
    let till = Till::new(centre.address).await;
    till.enrol(&centre, "Marais").await.unwrap();
    till.sign_in("Ada", PASSWORD).await.unwrap();
    // The first chunk brings the templates.
    for _ in 0..3000 {
        if !till.seat().sale_choices().await.unwrap().templates.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let receipt = till.sell("Own").await;
    let answer = till.seat().redeem(&receipt.code).await.unwrap();
    assert!(answer.op_id.is_some(), "it is redeemed while the rest is still to come: {answer:?}");
    let watch = async {
        loop {
            let page = till.page(&receipt.code).await;
            assert_eq!(page.rows.iter().map(|row| row.status).collect::<Vec<_>>(), [Status::Used], "once, at every moment");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = watch => {}
        () = until_loaded(&till) => {}
    }
    assert_eq!(till.page(&receipt.code).await.rows.len(), 1);
    let accepted = centre.count(
        "SELECT count(*) FROM redemption r JOIN voucher v ON v.id = r.voucher_id WHERE r.outcome = 'accepted' AND v.sold_at > now() - interval '1 hour'",
    );
    assert!(accepted.await >= 1);
    assert_eq!(till.seat().check_cache().await.unwrap().comparison, Comparison::Equal { repaired: 0 });
}
