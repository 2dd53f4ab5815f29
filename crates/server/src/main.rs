//! `beadsbox-server`

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Ok(beadsbox_server::cli::run().await?)
}
