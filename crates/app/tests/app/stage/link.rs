//! A wire between a device and the server that can be cut, and cut in one direction only: then the server gets what is sent
//! and commits it, and its reply is lost.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Notify,
};

/// What the wire does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Carries both ways.
    Whole,
    /// Carries to the server; what comes back is lost.
    RepliesLost,
    /// Carries nothing: connections are refused or closed.
    Cut,
}

/// The wire.
#[derive(Clone)]
pub struct Link {
    pub address: SocketAddr,
    state: Arc<AtomicU8>,
    changed: Arc<Notify>,
}

impl Link {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = Self { address: listener.local_addr().unwrap(), state: Arc::default(), changed: Arc::default() };
        let accepting = link.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if accepting.state() == Wire::Cut {
                    continue;
                }
                tokio::spawn(accepting.clone().carry(near, server));
            }
        });
        link
    }

    pub fn set(&self, wire: Wire) {
        self.state.store(wire as u8, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    fn state(&self) -> Wire {
        match self.state.load(Ordering::SeqCst) {
            0 => Wire::Whole,
            1 => Wire::RepliesLost,
            _ => Wire::Cut,
        }
    }

    async fn carry(self, near: TcpStream, server: SocketAddr) {
        let Ok(far) = TcpStream::connect(server).await else { return };
        let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
        tokio::join!(self.pump(near_read, far_write, Wire::RepliesLost), self.pump(far_read, near_write, Wire::Whole));
    }

    /// Carries while the wire is no worse than `bearable`; swallows what comes after that.
    async fn pump(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, bearable: Wire) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let changed = self.changed.notified();
            // Cut before anybody listened for it.
            if self.state() == Wire::Cut {
                return;
            }
            let read = tokio::select! {
                read = from.read(&mut buffer) => read.unwrap_or(0),
                () = changed => if self.state() == Wire::Cut { return } else { continue },
            };
            if read == 0 || self.state() == Wire::Cut {
                return;
            }
            let swallowed = bearable == Wire::Whole && self.state() == Wire::RepliesLost;
            if !swallowed && to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    }
}
