//! The scanner's screen: waiting, with something to change, and changed; and a voucher that is read twice.

use std::path::Path;

use beadsbox_e2e::{Layout, Scanner, serve};

use crate::{
    centre::{COUNTER, sample_data},
    hands::{new_device, sell},
    look::in_every_look,
};

/// What the test code says.
const TEST: &str = "MBB1:TEST 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Till 1", data.path()).await?;
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;

    desk.click("nav-scanner").await?;
    desk.find("scanner-test-code").await?;
    in_every_look(&desk, folder, "scanner").await?;
    desk.click("scanner-terminator-tab").await?;
    desk.click("scanner-layout").await?;
    desk.click("scanner-layout-de").await?;
    let scanner = Scanner { layout: Layout::Fr, pace: 8 };
    scanner.scan(TEST).await?;
    desk.find("scanner-apply").await?;
    in_every_look(&desk, folder, "scanner-advice").await?;
    desk.click("scanner-apply").await?;
    desk.find("scanner-fine").await?;
    desk.click("scanner-keys-open").await?;
    in_every_look(&desk, folder, "scanner-fine").await?;

    let code = sell(&desk, "Élodie Marchand").await?;
    scanner.scan(&code).await?;
    scanner.scan(&code).await?;
    desk.find("answer-again").await?;
    in_every_look(&desk, folder, "redeem-twice").await?;
    desk.close().await
}
