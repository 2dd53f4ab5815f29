//! A device that speaks plain HTTP: the least program that the server would take for one of its own.

use std::collections::{BTreeMap, HashMap};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{DeviceId, OpId, Operation, Outcome, PersonHash, ShopId, StaffId, Timestamp};
use beadsbox_protocol::{
    ChainHash, ErrorCode, Incarnation, MOST_OPERATIONS, OperationBody,
    body::format_of,
    chain::sign_tip,
    enrol::{EnrolRequest, EnrolResponse, RecogniseRequest, RecogniseResponse, proof_message, recognise_message},
    fork::{self, ForkRequest, ForkResponse},
    person::SaltedPerson,
    pull::{ChangesPage, Cursor},
    push::{KeptReceipt, OpResult, PushRequest, PushResponse},
    rows::{Row, RowKey, Staff},
    session::{SignInRequest, SignInResponse},
};
use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    fixtures::random,
    http::{Answer, call},
};

/// A session, as far as tests look at it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its bearer token.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who signed in.
    pub staff: Staff,
}

/// An operation in the device's outbox.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The text that was hashed.
    pub body: String,
    /// The chain's hash after it.
    pub hash: ChainHash,
    /// Its id.
    pub op: OpId,
}

/// An enrolled device with its outbox and cache.
#[derive(Clone)]
pub struct TestDevice {
    http: reqwest::Client,
    base: String,
    /// Its key.
    pub key: SigningKey,
    /// Its identity.
    pub id: DeviceId,
    /// Its life.
    pub incarnation: Incarnation,
    /// Its bearer token.
    pub token: String,
    /// Its shop.
    pub shop: ShopId,
    /// The server's epoch, as it knows it.
    pub epoch: Uuid,
    /// What the server told of itself at the enrolment.
    pub enrolment: EnrolResponse,
    /// Who works at it.
    pub staff: StaffId,
    /// Its clock.
    pub now: Timestamp,
    /// Whether it trusts its clock.
    pub clock_right: bool,
    /// Its operations; the first has `dev_seq` 1.
    pub outbox: Vec<Recorded>,
    /// The buyers that its sales name.
    pub persons: HashMap<PersonHash, SaltedPerson>,
    /// Up to which operation it holds outcomes.
    pub acked: u64,
    /// Outcomes by `dev_seq`.
    pub results: BTreeMap<u64, OpResult>,
    /// The receipts of those outcomes, by `dev_seq`.
    pub receipts: BTreeMap<u64, KeptReceipt>,
    /// Its place in the feed.
    pub cursor: Cursor,
    /// The server's rows.
    pub cache: HashMap<RowKey, Row>,
}

impl std::fmt::Debug for TestDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestDevice").field("id", &self.id).finish_non_exhaustive()
    }
}

impl TestDevice {
    /// Enrols with a fresh key.
    pub async fn enrol(base: &str, code: &str, name: &str) -> Answer<Self> {
        Self::enrol_with_key(base, code, name, SigningKey::from_bytes(&random())).await
    }

    /// Enrols with that key.
    pub async fn enrol_with_key(base: &str, code: &str, name: &str, key: SigningKey) -> Answer<Self> {
        let http = reqwest::Client::new();
        let request = EnrolRequest {
            code: code.to_owned(),
            name: name.to_owned(),
            public_key: hex::encode(key.verifying_key().as_bytes()),
            proof: BASE64.encode(key.sign(&proof_message(code)).to_bytes()),
        };
        let enrolment: EnrolResponse = call(&http, Method::POST, &format!("{base}/v1/devices/enrol"), None, Some(&request)).await?;
        Ok(Self {
            http,
            base: base.to_owned(),
            key,
            id: enrolment.device_id,
            incarnation: enrolment.incarnation,
            token: enrolment.token.clone(),
            shop: enrolment.shop.id,
            epoch: enrolment.epoch,
            enrolment,
            staff: StaffId(Uuid::nil()),
            now: Timestamp::now(),
            clock_right: true,
            outbox: Vec::new(),
            persons: HashMap::new(),
            acked: 0,
            results: BTreeMap::new(),
            receipts: BTreeMap::new(),
            cursor: Cursor::default(),
            cache: HashMap::new(),
        })
    }

    /// Signs a staff member in; they work at this device from now on.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer<Session> {
        let request = SignInRequest::new(name, password);
        let SignInResponse { token, expires_at, staff } = self.call(Method::POST, "/v1/sessions", Some(&request)).await?;
        self.staff = staff.id;
        Ok(Session { token, expires_at, staff })
    }

    /// The same device, that finds the server elsewhere.
    #[must_use]
    pub fn at(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// Where it finds the server.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends any request with the device's token.
    pub async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Answer<T> {
        call(&self.http, method, &format!("{}{path}", self.base), Some(&self.token), body).await
    }

    /// Sends any request with another token, such as a session's.
    pub async fn call_as<T: DeserializeOwned>(&self, token: &str, method: Method, path: &str, body: Option<&impl Serialize>) -> Answer<T> {
        call(&self.http, method, &format!("{}{path}", self.base), Some(token), body).await
    }

    /// Records an operation now.
    pub fn record(&mut self, operation: Operation) -> OpId {
        let body = self.body(operation);
        let op = body.op;
        self.record_text(op, encoded(&body));
        op
    }

    /// The body that the operation would get as the next one.
    pub fn body(&self, operation: Operation) -> OperationBody {
        OperationBody {
            format: format_of(&operation),
            device: self.id,
            incarnation: self.incarnation,
            dev_seq: self.outbox.len() as u64 + 1,
            op: OpId(Uuid::now_v7()),
            at: self.now,
            staff: self.staff,
            shop: self.shop,
            online: true,
            clock_right: self.clock_right,
            operation,
        }
    }

    /// Records any text as an operation.
    pub fn record_text(&mut self, op: OpId, body: String) {
        let hash = self.tip().then(&body);
        self.outbox.push(Recorded { body, hash, op });
    }

    /// Remembers a buyer whom a sale names.
    pub fn remember(&mut self, person: &SaltedPerson) {
        if let Ok(hash) = person.hash() {
            self.persons.insert(hash, person.clone());
        }
    }

    fn tip(&self) -> ChainHash {
        self.hash_at(self.outbox.len() as u64)
    }

    fn hash_at(&self, dev_seq: u64) -> ChainHash {
        let place = usize::try_from(dev_seq).unwrap_or(usize::MAX);
        let before = place.checked_sub(1).and_then(|place| self.outbox.get(place));
        before.map_or_else(|| ChainHash::of_enrolment(self.id, self.incarnation, &self.key.verifying_key()), |recorded| recorded.hash)
    }

    /// The push of operations `first` to `last`, both included, signed.
    pub fn push_request(&self, first: u64, last: u64) -> PushRequest {
        let range = usize::try_from(first - 1).unwrap_or(0)..usize::try_from(last).unwrap_or(0);
        let ops: Vec<String> = self.outbox[range].iter().map(|recorded| recorded.body.clone()).collect();
        let named = |op: &String| self.persons.get(&OperationBody::decode(op).ok()?.operation.buyer()?).cloned();
        let tip = self.hash_at(last);
        PushRequest {
            epoch: self.epoch,
            device_id: self.id,
            incarnation: self.incarnation,
            first_seq: first,
            persons: ops.iter().filter_map(named).collect(),
            ops,
            chain_tip: tip.to_string(),
            signature: BASE64.encode(sign_tip(&self.key, self.id, self.incarnation, last, tip)),
            waiting: self.outbox.len() as u64 - last,
            device_time: self.now,
            receipts: self.receipts.range(first..=last).map(|(_, kept)| kept.clone()).collect(),
        }
    }

    /// Sends a push as it is.
    pub async fn send(&self, request: &PushRequest) -> Answer<PushResponse> {
        self.call(Method::POST, "/v1/sync/push", Some(request)).await
    }

    /// Pushes everything that has no outcome yet, in batches.
    pub async fn push(&mut self) -> Answer<()> {
        let end = self.outbox.len() as u64;
        while self.acked < end {
            let last = end.min(self.acked + MOST_OPERATIONS as u64);
            let response = self.send(&self.push_request(self.acked + 1, last)).await?;
            self.take(response.results);
        }
        Ok(())
    }

    /// Pushes what the server lacks, after a restore: adopts the new epoch where it has to, and takes its cache anew.
    pub async fn come_back(&mut self) -> Answer<()> {
        match self.send(&self.push_request(self.acked.max(1), self.outbox.len() as u64)).await {
            Err(problem) if problem.code == ErrorCode::EpochChanged => {
                self.epoch = problem.epoch.unwrap_or(self.epoch);
                // The last one that both hold comes once more: the server sees by it whether it is the same device.
                let held = problem.expected_seq.map_or(0, |expected| expected - 1);
                self.acked = held.min(self.outbox.len() as u64).saturating_sub(1);
                self.cursor = Cursor::default();
                self.cache.clear();
                self.push().await
            }
            Err(problem) => Err(problem),
            Ok(_) => Ok(()),
        }
    }

    /// Shows its certificate to a server that lost it.
    pub async fn recognise(&mut self) -> Answer<()> {
        let response: RecogniseResponse = self.call(Method::POST, "/v1/devices/recognise", Some(&self.recognise_request())).await?;
        self.epoch = response.epoch;
        self.acked = 0;
        self.cursor = Cursor::default();
        self.cache.clear();
        Ok(())
    }

    /// What it shows to a server that lost it.
    pub fn recognise_request(&self) -> RecogniseRequest {
        let enrolment = &self.enrolment;
        let token_hash: [u8; 32] = Sha256::digest(self.token.as_bytes()).into();
        RecogniseRequest {
            device_id: self.id,
            name: "Recognised".to_owned(),
            shop: enrolment.shop.clone(),
            profile: enrolment.profile,
            public_key: hex::encode(self.key.verifying_key().as_bytes()),
            enrolled_at: enrolment.enrolled_at,
            certificate: enrolment.certificate.clone(),
            proof: BASE64.encode(self.key.sign(&recognise_message(self.id, &token_hash)).to_bytes()),
        }
    }

    /// Goes on as another life of the device, whose own operations begin at that one.
    pub async fn fork(&mut self, fork_seq: u64) -> Answer<Incarnation> {
        let response: ForkResponse = self.call(Method::POST, "/v1/devices/incarnations", Some(&self.fork_request(fork_seq))).await?;
        self.incarnation = response.incarnation;
        Ok(response.incarnation)
    }

    /// Asks for another life.
    pub fn fork_request(&self, fork_seq: u64) -> ForkRequest {
        let hash = self.hash_at(fork_seq);
        ForkRequest {
            device_id: self.id,
            incarnation: self.incarnation,
            fork_seq,
            fork_hash: hash.to_string(),
            signature: BASE64.encode(fork::sign(&self.key, self.id, self.incarnation, fork_seq, hash)),
        }
    }

    /// Records and pushes one operation; its outcome.
    ///
    /// # Panics
    /// Where the server holds it instead of deciding.
    pub async fn act(&mut self, operation: Operation) -> Answer<Outcome> {
        self.record(operation);
        self.push().await?;
        match self.results.get(&(self.outbox.len() as u64)).and_then(|result| result.result.clone()) {
            Some(outcome) => Ok(outcome),
            None => panic!("no outcome"),
        }
    }

    fn take(&mut self, results: Vec<OpResult>) {
        for result in results {
            self.acked = self.acked.max(result.dev_seq);
            if let Some(outcome) = result.result.clone() {
                let kept = KeptReceipt { dev_seq: result.dev_seq, epoch: self.epoch, commit_no: result.commit_no, outcome, receipt: result.receipt.clone() };
                self.receipts.insert(result.dev_seq, kept);
            }
            self.results.insert(result.dev_seq, result);
        }
    }

    /// Takes one page, waiting for something new up to `wait` seconds.
    pub async fn pull_page(&mut self, limit: u32, wait: u32) -> Answer<ChangesPage> {
        let page: ChangesPage = self.call(Method::GET, &self.pull_path(limit, wait), None::<&()>).await?;
        self.take(page.own_results.clone());
        for row in &page.rows {
            let older = self.cache.get(&row.key()).is_none_or(|cached| cached.row_version() < row.row_version());
            if older {
                self.cache.insert(row.key(), row.clone());
            }
        }
        self.cursor = page.to.clone();
        Ok(page)
    }

    /// The address of the next page.
    pub fn pull_path(&self, limit: u32, wait: u32) -> String {
        let waiting = self.outbox.len() as u64 - self.acked;
        format!(
            "/v1/sync/changes?epoch={}&incarnation={}&cursor={}&tag={}&acked={}&limit={limit}&wait={wait}&waiting={waiting}",
            self.epoch, self.incarnation, self.cursor.seq, self.cursor.tag, self.acked
        )
    }

    /// Takes pages until the head. How many rows came.
    pub async fn pull(&mut self) -> Answer<usize> {
        let mut rows = 0;
        loop {
            let page = self.pull_page(2000, 0).await?;
            rows += page.rows.len();
            if page.to.seq >= page.head {
                return Ok(rows);
            }
        }
    }
}

fn encoded(body: &OperationBody) -> String {
    match body.encode() {
        Ok(text) => text,
        Err(error) => panic!("a body: {error}"),
    }
}
