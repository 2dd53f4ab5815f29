//! The network between a till and the server: it carries, it is cut, or it takes everything and brings nothing back.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Carries both ways.
    Whole,
    /// Every connection ends.
    Cut,
    /// Connections are taken and stay open, and nothing ever comes back.
    Silent,
}

/// The network.
pub struct Wire {
    /// Where the till finds the server.
    pub url: String,
    state: watch::Sender<State>,
}

impl Wire {
    /// A whole one to the server of that address.
    pub async fn to(url: &str) -> anyhow::Result<Self> {
        let server: SocketAddr = url.strip_prefix("http://").context("a plain address")?.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (state, watched) = watch::channel(State::Whole);
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, server, watched.clone()));
            }
        });
        Ok(Self { url, state })
    }

    /// From now on it does that.
    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }
}

async fn carry(mut near: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>) {
    let now = *state.borrow_and_update();
    // Held as long as the near side is.
    let mut far = None;
    if now == State::Whole
        && let Ok(connected) = TcpStream::connect(server).await
    {
        let far = far.insert(connected);
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, far) => return,
            // The sender ends with the bench.
            _ = state.changed() => {}
        }
    }
    let _ = state.wait_for(|state| *state != State::Silent).await;
}
