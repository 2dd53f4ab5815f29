//! A server process for the windows to talk to.

use beadsbox_testkit::{
    MailReceiver, ServerLog, ServerProcess, ServerProgram, StripeProvider, TestDatabase,
    stripe::{SECRET_KEY, WEBHOOK_SECRET},
};

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

/// One on a database of its own, that sends mail by that mail server and takes cards by that provider.
pub async fn serve_shop(receiver: &MailReceiver, provider: &StripeProvider) -> anyhow::Result<ServerProcess> {
    let mut server = not_started(&TestDatabase::create().await)?;
    server.set("SMTP_URL", receiver.url());
    server.set("MAIL_FROM", "My Beads Box <vouchers@example.com>");
    server.set("SHOP_PUBLIC_URL", server.url());
    server.set("STRIPE_SECRET_KEY", SECRET_KEY);
    server.set("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET);
    server.set("STRIPE_API_URL", provider.url());
    server.set("STRIPE_CHECKOUT_URL", provider.url());
    provider.tell(format!("{}/vouchers/stripe-events", server.url()));
    server.up().await?;
    Ok(server)
}

fn not_started(database: &TestDatabase) -> anyhow::Result<ServerProcess> {
    let program = std::env::var_os("BEADSBOX_SERVER_BIN").unwrap_or_else(|| "beadsbox-server".into());
    Ok(ServerProgram::new(program, database).server(ServerLog::WithTheTest)?)
}
