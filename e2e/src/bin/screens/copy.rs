//! The copy of the server's data: as it is taken the first time, and as it is compared.

use std::path::Path;

use beadsbox_e2e::{Desk, Keys, Wire, serve_on};
use beadsbox_testkit::TestDatabase;

use crate::{
    centre::{ADMIN, COUNTER, sample_data},
    hands::{open_sync, scroll_to, sign_out},
    look::in_every_look,
};

/// So many that the server makes a snapshot, of several chunks.
const VOUCHERS: &str = "60000";
const PREPARING: &str = "GET /v1/sync/snapshot ";
const CHUNK: &str = "GET /v1/sync/snapshot/";
const DIGEST: &str = "GET /v1/sync/digest";

/// A first load, step by step.
pub async fn first_load(folder: &Path) -> anyhow::Result<()> {
    let server = serve_on(&TestDatabase::create().await).await?;
    let shop = sample_data(&server).await?;
    server.program().run(&["seed", "--vouchers", VOUCHERS], "").await?;
    let wire = Wire::to(&server.url()).await?;
    wire.hold(PREPARING, 3);
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.enrol(wire.url(), &server.program().enrolment_code(&shop).await?, "Office 1").await?;
    open_sync(&desk).await?;
    desk.find("sync-whole").await?;
    in_every_look(&desk, folder, "load-preparing").await?;

    wire.hold(CHUNK, 1);
    for _ in 0..3 {
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        wire.let_pass(1);
    }
    desk.attribute_is("sync-whole", "data-phase", "loading").await?;
    desk.text_where("sync-whole", |text| text.contains("left")).await?;
    in_every_look(&desk, folder, "load-loading").await?;
    desk.click("nav-vouchers").await?;
    in_every_look(&desk, folder, "load-vouchers").await?;
    sign_out(&desk).await?;
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    desk.find("redeem-input").await?;
    in_every_look(&desk, folder, "load-counter").await?;
    desk.click("nav-sell").await?;
    in_every_look(&desk, folder, "load-sell").await?;
    sign_out(&desk).await?;
    open_sync(&desk).await?;
    wire.release();
    desk.attribute_is("sync-whole", "data-phase", "finishing").await?;
    desk.picture(&folder.join("load-finishing-light.png")).await?;
    desk.close().await
}

/// A comparison that is under way, that cannot be made, and that finds a difference.
pub async fn comparison(folder: &Path) -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let mut server = serve_on(&database).await?;
    let shop = sample_data(&server).await?;
    let wire = Wire::to(&server.url()).await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.enrol(wire.url(), &server.program().enrolment_code(&shop).await?, "Office 1").await?;
    open_sync(&desk).await?;
    in_every_look(&desk, folder, "check-never").await?;

    wire.hold(DIGEST, 1);
    desk.click("sync-check").await?;
    desk.attribute_is("sync-check", "aria-busy", "true").await?;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    in_every_look(&desk, folder, "check-running").await?;
    wire.release();
    desk.text_where("sync-copy", |text| text.contains("just now")).await?;
    in_every_look(&desk, folder, "check-equal").await?;

    let differ = "UPDATE voucher SET payment = CASE payment WHEN 'cash' THEN 'other' ELSE 'cash' END WHERE id IN (SELECT id FROM voucher LIMIT 3)";
    sqlx::query(differ).execute(&database.pool()).await?;
    desk.click("sync-check").await?;
    desk.attribute_is("sync-check-result", "data-result", "equal").await?;
    in_every_look(&desk, folder, "check-repaired").await?;

    wire.hold(DIGEST, 0);
    desk.click("sync-check").await?;
    desk.attribute_is("sync-check", "aria-busy", "true").await?;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    wire.cut();
    server.kill().await?;
    desk.find("sync-check-problem").await?;
    scroll_to(&desk, "sync-copy").await?;
    in_every_look(&desk, folder, "check-failed").await?;
    wire.release();

    // Whoever signs in without the server may not decide as an admin, and is told.
    sign_out(&desk).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    server.up().await?;
    wire.lead_to(&server.url())?;
    desk.click("sync-now").await?;
    desk.attribute_is("status-online", "data-online", "true").await?;
    desk.click("nav-sync").await?;
    desk.find("quarantine-problem").await?;
    in_every_look(&desk, folder, "sync-signed-in-offline").await?;
    desk.close().await
}
