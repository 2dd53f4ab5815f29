//! A server process for the windows to talk to.

use beadsbox_testkit::{MailReceiver, ServerLog, ServerProcess, ServerProgram, TestDatabase};

/// One on a database of its own, that listens.
pub async fn serve() -> anyhow::Result<ServerProcess> {
    serve_on(&TestDatabase::create().await).await
}

/// One on that database, that listens.
pub async fn serve_on(database: &TestDatabase) -> anyhow::Result<ServerProcess> {
    let mut server = not_started(database)?;
    server.up().await?;
    Ok(server)
}

/// One on a database of its own, that listens and sends mail by that mail server.
pub async fn serve_mailing(receiver: &MailReceiver) -> anyhow::Result<ServerProcess> {
    let mut server = not_started(&TestDatabase::create().await)?;
    server.set("SMTP_URL", receiver.url());
    server.set("MAIL_FROM", "My Beads Box <vouchers@example.com>");
    server.up().await?;
    Ok(server)
}

fn not_started(database: &TestDatabase) -> anyhow::Result<ServerProcess> {
    let program = std::env::var_os("BEADSBOX_SERVER_BIN").unwrap_or_else(|| "beadsbox-server".into());
    Ok(ServerProgram::new(program, database).server(ServerLog::WithTheTest)?)
}
