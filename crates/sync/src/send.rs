//! Sends what waits, batch after batch. While the server decides on one, the next is read and signed; while the outcomes of one are
//! written down, the next is on its way.
//!
//! The server never sees a batch before it has answered the one before. What the device knows of the server stands in its files alone:
//! whatever is not as expected ends the row of batches, and the files say what comes next.

use beadsbox_protocol::push::{PushRequest, PushResponse};
use tracing::debug;

use crate::{
    plan,
    replica::Replica,
    status::{Phase, Progress, Trouble},
    syncer::Syncer,
    transport::Transport,
};

impl<R: Replica + 'static, T: Transport + 'static> Syncer<R, T> {
    /// Sends all that waits, and takes nothing; answers how many operations were sent.
    pub async fn send_now(&self) -> Result<u64, Trouble> {
        let _turn = self.sending.lock().await;
        let mut sent = 0;
        while let Some(first) = self.replica.next_batch(0).await.map_err(|error| self.files_failed(&error))? {
            sent = self.send_row(first, sent).await?;
        }
        Ok(sent)
    }

    /// Sends that batch and those behind it, until nothing waits behind one, or one does not go on from the one before. `sent` were sent
    /// before; answers how many are now.
    async fn send_row(&self, first: PushRequest, sent: u64) -> Result<u64, Trouble> {
        let ended = self.send_each(first, sent).await;
        self.clear_sending();
        ended
    }

    async fn send_each(&self, first: PushRequest, mut sent: u64) -> Result<u64, Trouble> {
        let (mut batch, mut answered) = (first, None);
        loop {
            let count = batch.ops.len() as u64;
            let total = sent + count + batch.waiting;
            self.progress(Progress { phase: Phase::Sending, done: sent, total, bytes: None });
            let reading = self.replica.next_batch(plan::last_of(&batch));
            let (kept, answer, next) = tokio::join!(self.keep_reply(answered.take()), self.transport.push(&batch), reading);
            // Answers that could not be kept come again, and those behind them with them.
            kept?;
            let reply = match answer {
                Ok(reply) => reply,
                Err(error) => return self.handle(&error, Some(batch.incarnation)).await.map(|()| sent),
            };
            sent += count;
            debug!(count, "operations acknowledged");
            // One that could not be read is read again, and then that counts.
            match next.ok().flatten().filter(|next| plan::goes_on(next, &batch, &reply)) {
                Some(next) => (batch, answered) = (next, Some(reply)),
                None => return self.keep_reply(Some(reply)).await.map(|()| sent),
            }
        }
    }

    async fn keep_reply(&self, reply: Option<PushResponse>) -> Result<(), Trouble> {
        if let Some(reply) = reply {
            self.keep_answers(reply.epoch, &reply.results, reply.quarantined).await?;
            self.answered(reply.server_time).await;
        }
        Ok(())
    }
}
