//! Messages under way. Nothing arrives by itself: a step says which message does, or what becomes of it.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use async_trait::async_trait;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    digest::{DigestAnswer, DigestQuery, RangeQuery, RangeRows},
    enrol::{RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperations, OwnOperationsQuery},
    pull::{ChangesPage, ChangesQuery},
    push::{PushRequest, PushResponse},
    snapshot::{SnapshotAnswer, SnapshotQuery},
};
use beadsbox_sync::{Transport, TransportError};
use uuid::Uuid;

/// What a device asks.
#[derive(Debug, Clone)]
pub enum Ask {
    Push(PushRequest),
    Changes(ChangesQuery),
    Snapshot(SnapshotQuery),
    Chunk(Uuid, usize, u64),
    Own(OwnOperationsQuery),
    Fork(ForkRequest),
    Recognise(RecogniseRequest),
}

/// What it is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Push(PushResponse),
    Changes(ChangesPage),
    Snapshot(SnapshotAnswer),
    Chunk(Vec<u8>),
    Own(OwnOperations),
    Fork(ForkResponse),
    Recognise(RecogniseResponse),
}

type Answer = Result<Reply, TransportError>;
type Slot = Arc<Mutex<Option<Answer>>>;

fn put(slot: &Slot, answer: Answer) {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    // Whoever gave up waiting hears nothing more.
    if slot.is_none() {
        *slot = Some(answer);
    }
}

/// A request under way.
pub struct Request {
    /// Which installation sent it.
    pub machine: u32,
    /// As which device.
    pub device: DeviceId,
    /// What it asks.
    pub ask: Ask,
    slot: Slot,
}

/// A reply under way.
pub struct Answered {
    /// To which installation.
    pub machine: u32,
    answer: Answer,
    slot: Slot,
}

/// The queues.
#[derive(Default)]
pub struct Network {
    /// To the server.
    pub requests: VecDeque<Request>,
    /// From the server.
    pub replies: VecDeque<Answered>,
}

fn unreachable(detail: &str) -> TransportError {
    TransportError::Unreachable(detail.to_owned())
}

/// Takes one out: 0 is the oldest, beyond the last it is the last.
fn take<T>(queue: &mut VecDeque<T>, pick: u8) -> Option<T> {
    let last = queue.len().checked_sub(1)?;
    queue.remove(usize::from(pick).min(last))
}

impl Network {
    /// A request on its way out of the queue.
    pub fn take_request(&mut self, pick: u8) -> Option<Request> {
        take(&mut self.requests, pick)
    }

    /// What the server says to a request, on its way back.
    pub fn reply(&mut self, request: Request, answer: Answer) {
        self.replies.push_back(Answered { machine: request.machine, answer, slot: request.slot });
    }

    /// A copy of a request that arrives later. Nobody hears the reply.
    pub fn keep_copy(&mut self, request: &Request) {
        let slot = Slot::default();
        self.requests.push_back(Request { machine: request.machine, device: request.device, ask: request.ask.clone(), slot });
    }

    /// A reply arrives.
    pub fn answer(&mut self, pick: u8) -> Option<u32> {
        let reply = take(&mut self.replies, pick)?;
        put(&reply.slot, reply.answer);
        Some(reply.machine)
    }

    /// The operations that a reply accepts, and whose they are.
    pub fn results_of(&self, pick: u8) -> Vec<(u32, beadsbox_domain::OpId)> {
        let Some(last) = self.replies.len().checked_sub(1) else { return Vec::new() };
        match self.replies.get(usize::from(pick).min(last)) {
            Some(Answered { machine, answer: Ok(Reply::Push(response)), .. }) => {
                let applied = response.results.iter().filter(|result| result.result == Some(beadsbox_domain::Outcome::Applied));
                applied.filter_map(|result| Some((*machine, result.op_id?))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A request is lost.
    pub fn lose_request(&mut self, pick: u8) -> bool {
        take(&mut self.requests, pick).is_some_and(|request| {
            put(&request.slot, Err(unreachable("lost")));
            true
        })
    }

    /// A reply is lost, or arrives as something that nobody can read.
    pub fn lose_reply(&mut self, pick: u8, is_cut: bool) -> bool {
        take(&mut self.replies, pick).is_some_and(|reply| {
            let error = if is_cut {
                TransportError::NotUnderstood("half a reply".to_owned())
            } else {
                unreachable("no reply in time")
            };
            put(&reply.slot, Err(error));
            true
        })
    }

    /// The link of an installation goes: whoever waits hears so. What is under way to the server arrives all the same.
    pub fn cut_link(&mut self, machine: u32) {
        for request in self.requests.iter().filter(|request| request.machine == machine) {
            put(&request.slot, Err(unreachable("the network is gone")));
        }
        self.replies.retain(|reply| {
            if reply.machine == machine {
                put(&reply.slot, Err(unreachable("the network is gone")));
            }
            reply.machine != machine
        });
    }
}

/// An installation's way to the server.
pub struct Wire {
    /// Which installation.
    pub machine: u32,
    /// As which device.
    pub device: DeviceId,
    /// Whether it has a network.
    pub link: Arc<Mutex<bool>>,
    /// The queues.
    pub network: Arc<Mutex<Network>>,
}

impl Wire {
    async fn send(&self, ask: Ask) -> Answer {
        if !*self.link.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(unreachable("no network"));
        }
        let slot = Slot::default();
        let request = Request { machine: self.machine, device: self.device, ask, slot: Arc::clone(&slot) };
        self.network.lock().unwrap_or_else(PoisonError::into_inner).requests.push_back(request);
        poll_fn(|_| {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            slot.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

fn other_reply<T>() -> Result<T, TransportError> {
    Err(TransportError::NotUnderstood("the reply to another request".to_owned()))
}

/// For requests that no step makes yet.
fn not_modelled<T>() -> Result<T, TransportError> {
    Err(unreachable("not modelled"))
}

#[async_trait]
impl Transport for Wire {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        match self.send(Ask::Push(request.clone())).await? {
            Reply::Push(response) => Ok(response),
            _ => other_reply(),
        }
    }

    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        match self.send(Ask::Changes(query.clone())).await? {
            Reply::Changes(page) => Ok(page),
            _ => other_reply(),
        }
    }

    async fn snapshot(&self, query: &SnapshotQuery) -> Result<SnapshotAnswer, TransportError> {
        match self.send(Ask::Snapshot(*query)).await? {
            Reply::Snapshot(answer) => Ok(answer),
            _ => other_reply(),
        }
    }

    async fn snapshot_chunk(&self, snapshot: Uuid, number: usize, from_byte: u64) -> Result<Vec<u8>, TransportError> {
        match self.send(Ask::Chunk(snapshot, number, from_byte)).await? {
            Reply::Chunk(bytes) => Ok(bytes),
            _ => other_reply(),
        }
    }

    async fn digest(&self, _: &DigestQuery) -> Result<DigestAnswer, TransportError> {
        not_modelled()
    }

    async fn range(&self, _: &RangeQuery) -> Result<RangeRows, TransportError> {
        not_modelled()
    }

    async fn own_operations(&self, query: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        match self.send(Ask::Own(query.clone())).await? {
            Reply::Own(operations) => Ok(operations),
            _ => other_reply(),
        }
    }

    async fn fork(&self, request: &ForkRequest) -> Result<ForkResponse, TransportError> {
        match self.send(Ask::Fork(request.clone())).await? {
            Reply::Fork(response) => Ok(response),
            _ => other_reply(),
        }
    }

    async fn recognise(&self, request: &RecogniseRequest) -> Result<RecogniseResponse, TransportError> {
        match self.send(Ask::Recognise(request.clone())).await? {
            Reply::Recognise(response) => Ok(response),
            _ => other_reply(),
        }
    }
}
