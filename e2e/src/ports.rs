use std::net::{Ipv4Addr, TcpListener};

/// A port that nobody listens on now.
pub fn free() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
