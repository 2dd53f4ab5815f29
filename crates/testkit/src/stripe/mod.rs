//! A payment provider: a real HTTP server that does as Stripe's documentation says, as far as a shop asks it.
//!
//! Sessions are made once for each Idempotency-Key; its payment page is a page that a browser can pay on; what happens is told to the shop by
//! signed events, each of them until the shop takes it. Tests say what it does wrong: be away, tell twice, tell nothing, or tell of another amount.

pub(crate) mod http;
mod page;
mod reversal;
mod session;
mod telling;

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use uuid::Uuid;

pub use session::PaidSession;

/// The key that shops show.
pub const SECRET_KEY: &str = "sk_test_of_the_tests";
/// What events are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_tests";

#[derive(Default)]
struct Books {
    /// By their ids.
    sessions: HashMap<String, PaidSession>,
    /// The session of each Idempotency-Key, and what was asked with it.
    keys: HashMap<String, (String, Vec<(String, String)>)>,
    /// Where events go.
    shop: Option<String>,
    /// How many requests with a key it got.
    asked: usize,
    /// It answers nothing but 503.
    away: bool,
    /// It tells nobody of what happens.
    silent: bool,
    /// The session of which it knows nothing to say: 500.
    stuck: Option<String>,
    /// How many events the shop has not taken yet, or never did.
    untold: usize,
    /// How often it told the same once more.
    told_again: usize,
}

#[derive(Clone)]
struct Desk {
    books: Arc<Mutex<Books>>,
    root: String,
}

impl Desk {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The provider. It ends with the value.
pub struct StripeProvider {
    desk: Desk,
    serving: JoinHandle<()>,
}

impl StripeProvider {
    /// Begins to listen.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let root = format!("http://{}", listener.local_addr()?);
        let desk = Desk { books: Arc::default(), root };
        let at_work = desk.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(at_work.clone(), BufReader::new(stream)));
            }
        });
        Ok(Self { desk, serving })
    }

    /// Its root: API and payment page.
    pub fn url(&self) -> &str {
        &self.desk.root
    }

    /// Where the shop takes its events.
    pub fn tell(&self, events: impl Into<String>) {
        self.desk.books().shop = Some(events.into());
    }

    /// Whether it is away.
    pub fn be_away(&self, away: bool) {
        self.desk.books().away = away;
    }

    /// It cannot say how that session stands; all others it can.
    pub fn be_stuck_at(&self, session: &str) {
        self.desk.books().stuck = Some(session.to_owned());
    }

    /// Whether it tells nobody of what happens.
    pub fn be_silent(&self, silent: bool) {
        self.desk.books().silent = silent;
    }

    /// How many requests with its key it got.
    pub fn asked(&self) -> usize {
        self.desk.books().asked
    }

    /// Every session.
    pub fn sessions(&self) -> Vec<PaidSession> {
        self.desk.books().sessions.values().cloned().collect()
    }

    /// Somebody pays, and nobody is told.
    pub fn pay(&self, session: &str) -> PaidSession {
        page::pay(&self.desk, session)
    }

    /// A session's page ends, and nobody paid on it.
    ///
    /// # Panics
    /// Where there is no such session.
    pub fn expire(&self, session: &str) {
        match self.desk.books().sessions.get_mut(session) {
            Some(session) => session.status = "expired",
            None => panic!("no session {session}"),
        }
    }

    /// An event about a session as it stands, and its body.
    pub fn event(kind: &str, session: &PaidSession) -> (String, String) {
        event(kind, session)
    }
}

async fn serve(desk: Desk, mut stream: BufReader<TcpStream>) {
    // Whoever hangs up gets no answer.
    let Ok(Some(request)) = http::read(&mut stream).await else { return };
    let response = match request.path.strip_prefix("/pay/") {
        Some(id) => page::answer(&desk, &request, id).await,
        None => session::answer(&desk, &request),
    };
    _ = http::answer(&mut stream, &response).await;
}

impl Drop for StripeProvider {
    fn drop(&mut self) {
        self.serving.abort();
        // Nor does it tell anybody anything any more.
        self.desk.books().shop = None;
    }
}

fn event(kind: &str, session: &PaidSession) -> (String, String) {
    event_about(kind, &session.json())
}

fn event_about(kind: &str, object: &Value) -> (String, String) {
    let id = format!("evt_{}", Uuid::now_v7().simple());
    let body: Value = json!({ "id": id, "object": "event", "type": kind, "livemode": false, "created": now_in_seconds(), "data": { "object": object } });
    (id, body.to_string())
}

fn now_in_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The header `Stripe-Signature` over a body, made at that second with that secret.
pub fn signature(body: &str, secret: &str, seconds: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}
