//! What lies between a device and the server: it can be cut, led to another server, and made to hold back what a device asks for, so
//! that what passes in a moment can be looked at.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Notify, Semaphore},
};

/// A wire with an address of its own, the same whatever becomes of it.
#[derive(Clone)]
pub struct Wire {
    address: String,
    course: Arc<Mutex<Course>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct Course {
    /// Where it leads.
    server: String,
    is_cut: bool,
    gate: Option<Gate>,
}

/// Requests that begin so pass one by one, as they are let.
#[derive(Clone)]
struct Gate {
    request: String,
    passing: Arc<Semaphore>,
}

impl Wire {
    /// A wire to the server at that address, `http://…`.
    pub async fn to(server: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let wire = Self { address, course: Arc::default(), changed: Arc::default() };
        wire.lead_to(server)?;
        let accepting = wire.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().carry(near));
            }
        });
        Ok(wire)
    }

    /// Where devices find the server.
    pub fn url(&self) -> &str {
        &self.address
    }

    /// From now on it leads to that server; what hangs on the old one is cut.
    pub fn lead_to(&self, server: &str) -> anyhow::Result<()> {
        let server = server.strip_prefix("http://").context("no plain address")?.to_owned();
        self.change(|course| course.server = server);
        self.mend();
        Ok(())
    }

    /// Carries nothing any more.
    pub fn cut(&self) {
        self.change(|course| course.is_cut = true);
    }

    /// Carries again.
    pub fn mend(&self) {
        self.change(|course| course.is_cut = false);
    }

    /// Holds back requests that begin so, such as `GET /v1/sync/digest`, but for the first few.
    pub fn hold(&self, request: &str, but: usize) {
        let gate = Gate { request: request.to_owned(), passing: Arc::new(Semaphore::new(but)) };
        if let Some(before) = self.course().gate.replace(gate) {
            before.passing.close();
        }
    }

    /// Lets so many more of them pass.
    pub fn let_pass(&self, requests: usize) {
        if let Some(gate) = &self.course().gate {
            gate.passing.add_permits(requests);
        }
    }

    /// Holds nothing back any more.
    pub fn release(&self) {
        if let Some(gate) = self.course().gate.take() {
            gate.passing.close();
        }
    }

    fn course(&self) -> std::sync::MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Course)) {
        change(&mut self.course());
        self.changed.notify_waiters();
    }

    async fn carry(self, near: TcpStream) {
        let changed = self.changed.notified();
        let (server, is_cut) = {
            let course = self.course();
            (course.server.clone(), course.is_cut)
        };
        if is_cut {
            return;
        }
        let Ok(far) = TcpStream::connect(server).await else { return };
        let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
        tokio::select! {
            () = changed => {}
            () = async { tokio::join!(self.requests(near_read, far_write), answers(far_read, near_write)); } => {}
        }
    }

    async fn requests(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = from.read(&mut buffer).await.unwrap_or(0);
            let gate = self.course().gate.clone();
            if let Some(gate) = gate.filter(|gate| buffer[..read].starts_with(gate.request.as_bytes()))
                && let Ok(pass) = gate.passing.acquire().await
            {
                pass.forget();
            }
            if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    // A connection that ends is an ending like any other.
    let _ = tokio::io::copy(&mut from, &mut to).await;
}
