//! The way to the server, with the faults on it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use beadsbox_protocol::{
    digest::{DigestAnswer, DigestQuery, RangeQuery, RangeRows},
    enrol::{RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperations, OwnOperationsQuery},
    pull::{ChangesPage, ChangesQuery},
    push::{PushRequest, PushResponse},
    snapshot::{SnapshotAnswer, SnapshotQuery},
};
use beadsbox_sync::{Transport, TransportError};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{FakeServer, lost, meet};

/// How long a chunk is on its way.
const CHUNK_TIME: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Wire(pub Arc<FakeServer>);

#[async_trait]
impl Transport for Wire {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let takes = self.0.with(|server| {
            assert!(!std::mem::replace(&mut server.pushing, true), "a batch came before the one before it was answered");
            server.push_takes
        });
        sleep(takes).await;
        let met = self.0.with(|server| {
            server.pushes += 1;
            server.pushing = false;
            Ok::<_, TransportError>((meet(server.push_faults.pop())?, server.push(request)))
        });
        let (reply_lost, answer) = met?;
        self.0.news.notify_waiters();
        if reply_lost { Err(lost()) } else { answer }
    }

    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        let page = self.0.with(|server| {
            server.pulls += 1;
            meet(server.pull_faults.pop())?;
            server.page(query)
        })?;
        if query.wait == 0 || page.head != query.cursor {
            return Ok(page);
        }
        let _ = timeout(Duration::from_secs(u64::from(query.wait)), self.0.news.notified()).await;
        self.0.with(|server| server.page(query))
    }

    async fn snapshot(&self, query: &SnapshotQuery) -> Result<SnapshotAnswer, TransportError> {
        Ok(self.0.with(|server| server.snapshot(query.after)))
    }

    async fn snapshot_chunk(&self, _: Uuid, number: usize, from_byte: u64) -> Result<Vec<u8>, TransportError> {
        sleep(CHUNK_TIME).await;
        self.0.with(|server| server.snapshot_chunk(number, from_byte))
    }

    async fn digest(&self, query: &DigestQuery) -> Result<DigestAnswer, TransportError> {
        Ok(self.0.with(|server| server.digest(query)))
    }

    async fn range(&self, query: &RangeQuery) -> Result<RangeRows, TransportError> {
        Ok(self.0.with(|server| server.range(query)))
    }

    async fn own_operations(&self, query: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        self.0.with(|server| server.own_operations(query))
    }

    async fn fork(&self, request: &ForkRequest) -> Result<ForkResponse, TransportError> {
        self.0.with(|server| {
            let reply_lost = meet(server.fork_faults.pop())?;
            let life = server.fork(request)?;
            if reply_lost { Err(lost()) } else { Ok(life) }
        })
    }

    async fn recognise(&self, _: &RecogniseRequest) -> Result<RecogniseResponse, TransportError> {
        self.0.with(|server| {
            meet(server.recognise_faults.pop())?;
            Ok(server.recognise())
        })
    }
}
