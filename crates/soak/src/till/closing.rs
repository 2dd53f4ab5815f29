//! The end of the day: everything sent and taken, and what the till says then.

use std::time::Duration;

use beadsbox_app::{
    Seat,
    view::{SortKey, VoucherFilters, VoucherQuery},
};

use crate::told::Told;

const AGAIN: Duration = Duration::from_millis(100);
const PAGE: u32 = 500;

/// Syncs until nothing waits.
pub(super) async fn settle(seat: &Seat) -> anyhow::Result<()> {
    sync(seat).await;
    Ok(Told::Settled.tell()?)
}

/// Syncs for as long as it takes until nothing waits.
pub(super) async fn sync(seat: &Seat) {
    loop {
        match seat.sync_now().await {
            Ok(status) if status.waiting == 0 => return,
            Ok(status) => tracing::info!(status.waiting, "something still waits"),
            Err(error) => tracing::info!(%error, "not synced"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Takes what the other tills sent last, and shows every voucher and the state of the outbox.
pub(super) async fn show_books(seat: &Seat) -> anyhow::Result<()> {
    sync(seat).await;
    let mut after = None;
    loop {
        let query = VoucherQuery { search: String::new(), filters: VoucherFilters::default(), sort: SortKey::SoldAt, descending: false, after, limit: PAGE };
        let page = seat.voucher_page(query).await?;
        for row in page.rows {
            Told::Row { voucher: row.id.parse()?, code: row.code, status: row.status, waiting: row.waiting }.tell()?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let overview = seat.sync_overview().await?;
    let outbox = Told::Outbox { operations: overview.operations, acknowledged: overview.confirmed, waiting: overview.status.waiting };
    Ok(outbox.tell()?)
}
