//! The near end of a till's link: `beadsbox-relay LISTEN TO`, inside the till's network namespace. There it is the machine itself, to
//! which a device speaks without HTTPS.

use std::net::SocketAddr;

use clap::Parser;
use tokio::net::TcpListener;

#[derive(Parser)]
struct Arguments {
    /// Where to listen
    listen: SocketAddr,
    /// Where everything goes
    to: SocketAddr,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Arguments { listen, to } = Arguments::parse();
    beadsbox_soak::relay::relay(TcpListener::bind(listen).await?, to).await
}
