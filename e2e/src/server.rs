//! A server process for the windows to talk to.

use beadsbox_testkit::{
    Collector, MailReceiver, ServerLog, ServerProcess, ServerProgram, StripeProvider, TestDatabase,
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
    serve_mailing_on(&TestDatabase::create().await, receiver).await
}

/// One on that database, that listens and sends mail by that mail server.
pub async fn serve_mailing_on(database: &TestDatabase, receiver: &MailReceiver) -> anyhow::Result<ServerProcess> {
    let mut server = not_started(database)?;
    server.set("SMTP_URL", receiver.url());
    server.set("MAIL_FROM", "My Beads Box <vouchers@example.com>");
    server.up().await?;
    Ok(server)
}

/// One on a database of its own, that sends mail by that mail server, takes cards by that provider and gives its traces to that collector.
pub async fn serve_shop(receiver: &MailReceiver, provider: &StripeProvider, collector: &Collector) -> anyhow::Result<ServerProcess> {
    let mut server = not_started(&TestDatabase::create().await)?;
    server.set("SMTP_URL", receiver.url());
    server.set("MAIL_FROM", "My Beads Box <vouchers@example.com>");
    server.set("SHOP_PUBLIC_URL", server.url());
    server.set("STRIPE_SECRET_KEY", SECRET_KEY);
    server.set("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET);
    server.set("STRIPE_API_URL", provider.url());
    server.set("STRIPE_CHECKOUT_URL", provider.url());
    server.set("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
    provider.tell(format!("{}/vouchers/stripe-events", server.url()));
    server.up().await?;
    Ok(server)
}

fn not_started(database: &TestDatabase) -> anyhow::Result<ServerProcess> {
    let program = std::env::var_os("BEADSBOX_SERVER_BIN").unwrap_or_else(|| "beadsbox-server".into());
    Ok(ServerProgram::new(program, database).server(ServerLog::WithTheTest)?)
}
