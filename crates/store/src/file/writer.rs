//! The one thread that writes a file. Work comes as closures over a channel and is done in the order in which it came.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, Sender, channel, sync_channel},
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use crate::error::{StoreError, StoreFile};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The writing end of one file.
pub(crate) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; it owns the connection until the writer is dropped.
    pub(super) fn start(file: StoreFile, connection: Connection) -> Result<Self, StoreError> {
        let (jobs, queue) = channel();
        let thread = thread::Builder::new()
            .name(format!("writer of {file}"))
            .spawn(move || work(connection, &queue))
            .map_err(|error| StoreError::from_io(&error))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has the work done and waits for what it gives.
    pub(crate) fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Connection) -> T + Send + 'static) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.post(move |connection| {
            // `work` and all that it holds is gone before the caller goes on.
            let given = work(connection);
            let _ = reply.send(given);
        })?;
        answer.recv().map_err(|_| StoreError::internal("the work on the file panicked"))
    }

    /// Has the work done some time.
    pub(crate) fn post(&self, work: impl FnOnce(&mut Connection) + Send + 'static) -> Result<(), StoreError> {
        let stopped = || StoreError::internal("the writer has stopped");
        self.jobs.as_ref().ok_or_else(stopped)?.send(Box::new(work)).map_err(|_| stopped())
    }
}

fn work(mut connection: Connection, queue: &Receiver<Job>) {
    while let Ok(job) = queue.recv() {
        // A panic in a caller's closure rolls its transaction back as it unwinds, and must not stop everybody's writing.
        if catch_unwind(AssertUnwindSafe(|| job(&mut connection))).is_err() {
            tracing::error!("work on a file panicked; it was rolled back");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
