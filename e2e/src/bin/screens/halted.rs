//! Devices that cannot go on as before: revoked, a copy, an older copy, at another server, at one that cannot sign.

use std::path::Path;

use beadsbox_e2e::{Desk, Keys, Wire, serve, serve_on};
use beadsbox_testkit::{ServerProcess, TestDatabase};

use crate::{
    centre::{COUNTER, reject_all, revoke, sample_data},
    hands::{click_first, open_sync, sell, sign_out},
    look::in_every_look,
};

const PUSH: &str = "POST /v1/sync/push";
const OWN_OPERATIONS: &str = "GET /v1/sync/operations";

/// A device behind a wire of its own, at the start window.
struct Till {
    data: tempfile::TempDir,
    wire: Wire,
    desk: Desk,
}

impl Till {
    async fn enrolled(server: &ServerProcess, shop: &str, name: &str) -> anyhow::Result<Self> {
        let (data, wire) = (tempfile::tempdir()?, Wire::to(&server.url()).await?);
        let desk = Desk::open(data.path(), Keys::File).await?;
        desk.enrol(wire.url(), &server.program().enrolment_code(shop).await?, name).await?;
        // Who has signed in once can do so without the server.
        open_sync(&desk).await?;
        sign_out(&desk).await?;
        Ok(Self { data, wire, desk })
    }

    /// Ends the program, and copies its files.
    async fn copied(self) -> anyhow::Result<(tempfile::TempDir, tempfile::TempDir, Wire)> {
        self.desk.close().await?;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let copy = tempfile::tempdir()?;
        let copied = tokio::process::Command::new("cp")
            .arg("-r")
            .arg(format!("{}/.", self.data.path().display()))
            .arg(copy.path())
            .status()
            .await?;
        anyhow::ensure!(copied.success(), "the files are not copied");
        Ok((self.data, copy, self.wire))
    }

    async fn on(data: tempfile::TempDir, wire: Wire) -> anyhow::Result<Self> {
        let desk = Desk::open(data.path(), Keys::File).await?;
        desk.find("signin-name").await?;
        Ok(Self { data, wire, desk })
    }

    async fn cut(&self) -> anyhow::Result<()> {
        self.wire.cut();
        self.desk.attribute_is("status-online", "data-online", "false").await
    }

    /// The counter and the office's Sync screen, from the counter, which it comes back to.
    async fn pictures(&self, folder: &Path, state: &str) -> anyhow::Result<()> {
        self.desk.click("nav-redeem").await?;
        in_every_look(&self.desk, folder, &format!("{state}-counter")).await?;
        sign_out(&self.desk).await?;
        // Where the server knows no such device, people sign in as without a server.
        self.wire.cut();
        open_sync(&self.desk).await?;
        self.on_again().await?;
        in_every_look(&self.desk, folder, &format!("{state}-sync")).await?;
        sign_out(&self.desk).await?;
        self.wire.cut();
        self.counter().await?;
        self.on_again().await
    }

    /// The wire carries again, and the device has noticed.
    async fn on_again(&self) -> anyhow::Result<()> {
        self.wire.mend();
        self.desk.click("sync-now").await?;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        Ok(())
    }

    async fn counter(&self) -> anyhow::Result<()> {
        self.desk.sign_in(COUNTER.0, COUNTER.1, "counter").await
    }

    async fn is_halted(&self) -> anyhow::Result<()> {
        self.desk.find("notice-halt").await.map(drop)
    }
}

/// A till that is revoked with a full outbox.
pub async fn revoked(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let till = Till::enrolled(&server, &shop, "Till 1").await?;
    till.counter().await?;
    sell(&till.desk, "Élodie Marchand").await?;
    till.cut().await?;
    for buyer in ["Léa Fontaine", "Marc Petit", "Ana Sousa"] {
        sell(&till.desk, buyer).await?;
    }
    revoke(&server, &shop, "Till 1").await?;
    till.wire.hold(PUSH, 0);
    till.wire.lead_to(&server.url())?;
    till.is_halted().await?;
    till.pictures(folder, "revoked-waiting").await?;
    till.wire.release();
    till.desk.find("status-quarantined").await?;
    till.pictures(folder, "revoked").await?;
    till.desk.close().await
}

/// A copy of a till, and an older copy of its files.
pub async fn copies(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let till = Till::enrolled(&server, &shop, "Till 1").await?;
    till.counter().await?;
    sell(&till.desk, "Élodie Marchand").await?;
    let (data, copy, wire) = till.copied().await?;
    let till = Till::on(data, wire.clone()).await?;
    till.counter().await?;
    for buyer in ["Léa Fontaine", "Marc Petit"] {
        sell(&till.desk, buyer).await?;
    }
    till.desk.click("sync-now").await?;
    till.desk.text_where("status-waiting", |text| !text.contains(char::is_numeric)).await?;
    // The older copy of the files finds that it lacks what was sold since.
    let older = tempfile::tempdir()?;
    tokio::process::Command::new("cp")
        .arg("-r")
        .arg(format!("{}/.", copy.path().display()))
        .arg(older.path())
        .status()
        .await?;
    till.desk.close().await?;
    wire.hold(OWN_OPERATIONS, 0);
    behind(folder, Till::on(older, wire.clone()).await?).await?;
    wire.cut();
    fork(folder, Till::on(copy, wire).await?, &server, &shop).await
}

async fn behind(folder: &Path, till: Till) -> anyhow::Result<()> {
    till.counter().await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    till.desk.click("nav-sell").await?;
    click_first(&till.desk, "[data-testid^='sell-template-']").await?;
    till.desk.fill("sell-buyer", "Ana Sousa").await?;
    till.desk.click("sell-submit").await?;
    till.desk.css("[data-code='taking_back']").await?;
    in_every_look(&till.desk, folder, "behind-sell").await?;
    till.pictures(folder, "behind").await?;
    till.wire.release();
    till.desk.close().await
}

async fn fork(folder: &Path, till: Till, server: &ServerProcess, shop: &str) -> anyhow::Result<()> {
    till.counter().await?;
    till.desk.attribute_is("status-online", "data-online", "false").await?;
    for buyer in ["Paul Roche", "Zoé Lambert"] {
        sell(&till.desk, buyer).await?;
    }
    till.wire.lead_to(&server.url())?;
    till.desk.find("status-quarantined").await?;
    till.pictures(folder, "fork").await?;
    reject_all(server, shop).await?;
    till.desk.click("sync-now").await?;
    till.desk.click("status-refused").await?;
    till.desk.find("refused-row").await?;
    in_every_look(&till.desk, folder, "refused-counter").await?;
    till.desk.click("refused-close").await?;
    till.pictures(folder, "refused").await?;
    till.desk.close().await
}

/// A till whose address leads to another server, and one whose server has another key.
pub async fn other_server(folder: &Path) -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let mut server = serve_on(&database).await?;
    let shop = sample_data(&server).await?;
    let other = serve().await?;
    sample_data(&other).await?;
    let till = Till::enrolled(&server, &shop, "Till 1").await?;
    till.counter().await?;
    till.cut().await?;
    sell(&till.desk, "Élodie Marchand").await?;
    till.wire.lead_to(&other.url())?;
    till.is_halted().await?;
    till.pictures(folder, "unknown").await?;

    server.kill().await?;
    sqlx::query("UPDATE server SET signing_key = $1").bind(vec![7_u8; 32]).execute(&database.pool()).await?;
    server.up().await?;
    till.wire.lead_to(&server.url())?;
    till.desk.click("sync-now").await?;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    till.pictures(folder, "bad-receipt").await?;
    till.desk.close().await
}
