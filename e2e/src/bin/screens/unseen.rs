//! What is sold already and nobody saw.

use std::path::Path;

use beadsbox_e2e::{sell_unseen, serve};

use crate::{
    centre::{COUNTER, sample_data},
    hands::new_device,
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let till = new_device(&server, &shop, "Till 1", data.path()).await?;
    till.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    till.until("something to sell", async || sell_unseen(&till, "Zoë Marchand").await.ok()).await?;
    till.click("nav-sell").await?;
    till.find("sell-recovered").await?;
    in_every_look(&till, folder, "sold-unseen").await?;
    till.close().await
}
