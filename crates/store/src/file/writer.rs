//! The one thread that writes a file. Work comes as closures over a channel and is done in the order in which it came.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::Connection;

use crate::error::{StoreError, StoreFile};

/// After so long without work the log is moved into the file, so that nobody who records waits for it.
const IDLE: Duration = Duration::from_millis(250);

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
    let mut written = false;
    loop {
        let next = if written {
            queue.recv_timeout(IDLE)
        } else {
            queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match next {
            Ok(job) => {
                do_job(&mut connection, job);
                written = true;
            }
            Err(RecvTimeoutError::Timeout) => {
                move_log(&connection);
                written = false;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn do_job(connection: &mut Connection, job: Job) {
    // A panic in a caller's closure rolls its transaction back as it unwinds, and must not stop everybody's writing.
    if catch_unwind(AssertUnwindSafe(|| job(connection))).is_err() {
        tracing::error!("work on a file panicked; it was rolled back");
    }
}

/// Without waiting for readers. What goes wrong here goes wrong for the next one who writes, who is told.
fn move_log(connection: &Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    let freed = connection.execute_batch("PRAGMA shrink_memory");
    if let Err(error) = moved.and(freed) {
        tracing::debug!(%error, "the log was not moved into the file");
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
