//! Carries bytes between two sides of a link, as the proxy of a network does.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, TcpStream};

/// Everything that connects here goes there, until the task ends.
pub async fn relay(listener: TcpListener, to: SocketAddr) -> io::Result<()> {
    loop {
        let (mut near, _) = listener.accept().await?;
        tokio::spawn(async move {
            // A link that is cut ends connections as it likes; both sides see that.
            if let Ok(mut far) = TcpStream::connect(to).await {
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
