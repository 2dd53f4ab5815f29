//! A server process for the windows to talk to.

use beadsbox_testkit::{ServerLog, ServerProcess, ServerProgram, TestDatabase};

/// One on a database of its own, that listens.
pub async fn serve() -> anyhow::Result<ServerProcess> {
    serve_on(&TestDatabase::create().await).await
}

/// One on that database, that listens.
pub async fn serve_on(database: &TestDatabase) -> anyhow::Result<ServerProcess> {
    let program = std::env::var_os("BEADSBOX_SERVER_BIN").unwrap_or_else(|| "beadsbox-server".into());
    let mut server = ServerProgram::new(program, database).server(ServerLog::WithTheTest)?;
    server.up().await?;
    Ok(server)
}
