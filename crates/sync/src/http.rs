//! The server over HTTP: the sync's two requests, and the others that the program makes.

mod account;
mod admin;
mod mail;
mod organisation;
mod reports;
mod reservation;
mod shop_page;

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use beadsbox_domain::{TemplateId, VoucherId};
use beadsbox_protocol::{
    CLIENT_VERSION_HEADER, ErrorCode, OperationBody, Problem, VERSION,
    digest::{DigestAnswer, DigestQuery, RangeQuery, RangeRows},
    enrol::{EnrolRequest, EnrolResponse, RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperations, OwnOperationsQuery},
    history::HistoryItem,
    pull::{ChangesPage, ChangesQuery},
    push::{PushRequest, PushResponse},
    snapshot::{MOST_CHUNK_BYTES, SnapshotAnswer, SnapshotQuery},
    trace::{TRACE_HEADER, Trace},
};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header::RANGE};
use serde::{Serialize, de::DeserializeOwned};
use url::{Host, Url};
use uuid::Uuid;

use crate::transport::{Transport, TransportError};

const CONNECT_LIMIT: Duration = Duration::from_secs(4);
const REQUEST_LIMIT: Duration = Duration::from_secs(20);
/// A chunk of a snapshot, over a slow line.
const CHUNK_LIMIT: Duration = Duration::from_mins(2);
/// No honest answer is larger: 2000 rows of a few kilobytes.
const MOST_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// Why there is no client for an address.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Not an address.
    #[error("not an address of a server: {0}")]
    NotAnAddress(String),
    /// Plain HTTP to another machine: anyone between could read and change it.
    #[error("plain http is only for this machine itself: use https")]
    Insecure,
    /// The file with the certificate authority.
    #[error("the certificate file {path}: {detail}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The HTTP client does not start.
    #[error("the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A server's address: HTTPS, or plain HTTP on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress(Url);

impl ServerAddress {
    /// Reads what a person typed; `https://` may be left out.
    pub fn parse(text: &str) -> Result<Self, HttpError> {
        let text = text.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&full).map_err(|error| HttpError::NotAnAddress(error.to_string()))?;
        if url.host().is_none() {
            return Err(HttpError::NotAnAddress("no host".to_owned()));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(&url) => {}
            "http" => return Err(HttpError::Insecure),
            other => return Err(HttpError::NotAnAddress(format!("{other} is not http"))),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::NotAnAddress("no name or password in the address".to_owned()));
        }
        url.set_query(None);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self(url))
    }

    /// Whether it names the machine itself: another one does not find the server there.
    pub fn is_this_machine(&self) -> bool {
        is_this_machine(&self.0)
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl std::fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// What `/v1/info` says.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ServerInfo {
    /// Always `my-beads-box`.
    pub name: String,
    /// The server's version.
    pub version: String,
    /// Whether it can send mail; one that does not say cannot.
    #[serde(default)]
    pub mail: bool,
    /// Where its organisation is told of the program's faults, by devices on which somebody wants that.
    #[serde(default)]
    pub fault_project: Option<String>,
}

/// A server, spoken to over HTTP.
#[derive(Clone)]
pub struct HttpServer {
    client: Client,
    address: ServerAddress,
    token: Option<String>,
    /// There is none: nothing is ever sent.
    absent: bool,
}

impl HttpServer {
    /// A client for that address; nothing is sent yet. `ca_file`: a private certificate authority (PEM).
    pub fn new(address: ServerAddress, ca_file: Option<&PathBuf>) -> Result<Self, HttpError> {
        let mut builder = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(REQUEST_LIMIT)
            .tcp_nodelay(true)
            // A redirect would carry the token elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("MyBeadsBox/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = ca_file {
            let failed = |detail: String| HttpError::Certificate { path: path.clone(), detail };
            let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
            let authority = reqwest::Certificate::from_pem(&pem).map_err(|error| failed(error.to_string()))?;
            builder = builder.add_root_certificate(authority);
        }
        Ok(Self { client: builder.build()?, address, token: None, absent: false })
    }

    /// In the place of a server that there is not, for training: every request fails before anything is sent.
    pub fn absent(address: ServerAddress) -> Result<Self, HttpError> {
        Ok(Self { absent: true, ..Self::new(address, None)? })
    }

    /// The same server, spoken to with a device's token.
    #[must_use]
    pub fn with_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// The server's address.
    pub const fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// Who answers there.
    pub async fn info(&self) -> Result<ServerInfo, TransportError> {
        let info: ServerInfo = self.fetch(self.request(Method::GET, "v1/info")?).await?;
        if info.name == "my-beads-box" {
            Ok(info)
        } else {
            Err(TransportError::NotUnderstood(format!("it calls itself {:?}", info.name)))
        }
    }

    /// Makes this device known.
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolResponse, TransportError> {
        self.send("v1/devices/enrol", request).await
    }

    /// Every operation on a voucher.
    pub async fn voucher_history(&self, id: VoucherId) -> Result<Vec<HistoryItem>, TransportError> {
        self.fetch(self.authorised(self.request(Method::GET, &format!("v1/vouchers/{id}/history"))?)).await
    }

    /// Every operation on a template.
    pub async fn template_history(&self, id: TemplateId) -> Result<Vec<HistoryItem>, TransportError> {
        self.fetch(self.authorised(self.request(Method::GET, &format!("v1/templates/{id}/history"))?)).await
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> Result<T, TransportError> {
        self.fetch(self.authorised(self.request(Method::GET, path)?).query(query)).await
    }

    async fn send<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, TransportError> {
        self.fetch(self.authorised(self.request(Method::POST, path)?).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, TransportError> {
        if self.absent {
            return Err(TransportError::Unreachable("there is no server in training".to_owned()));
        }
        let url = self.address.0.join(path).map_err(|error| TransportError::NotUnderstood(error.to_string()))?;
        Ok(self.client.request(method, url).header(CLIENT_VERSION_HEADER, VERSION))
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn fetch<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, TransportError> {
        let body = self.complete(request).await?;
        serde_json::from_slice(&body).map_err(|error| TransportError::NotUnderstood(error.to_string()))
    }

    /// Sends, and reads a bounded answer: a success's body, or the problem.
    async fn complete(&self, request: RequestBuilder) -> Result<Vec<u8>, TransportError> {
        self.complete_within(request, MOST_ANSWER_BYTES).await
    }

    async fn complete_within(&self, request: RequestBuilder, most_bytes: u64) -> Result<Vec<u8>, TransportError> {
        let (status, body, cut) = read(request, most_bytes).await?;
        match cut {
            Some(cut) => Err(cut),
            None => understood(status, body),
        }
    }
}

/// Reads a bounded answer; with it, what cut it, if something did.
async fn read(request: RequestBuilder, most_bytes: u64) -> Result<(StatusCode, Vec<u8>, Option<TransportError>), TransportError> {
    let too_large = || TransportError::NotUnderstood("the answer is too large".to_owned());
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if response.content_length().is_some_and(|length| length > most_bytes) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok((status, body, None)),
            Err(error) => return Ok((status, body, Some(unreachable(error)))),
        }
        if body.len() as u64 > most_bytes {
            return Err(too_large());
        }
    }
}

/// A success's body, or the problem.
fn understood(status: StatusCode, body: Vec<u8>) -> Result<Vec<u8>, TransportError> {
    if status.is_success() {
        return Ok(body);
    }
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Err(TransportError::Refused(Box::new(problem))),
        // A load balancer speaks for a server that is away.
        Err(_) if status.is_server_error() => {
            let mut problem = Problem::new(status.as_u16(), ErrorCode::Unavailable, status.to_string());
            problem.retry_after = Some(1);
            Err(TransportError::Refused(Box::new(problem)))
        }
        Err(_) => Err(TransportError::NotUnderstood(format!("HTTP {status}"))),
    }
}

/// The whole chain of causes: the outermost alone says only that sending failed.
fn unreachable(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    TransportError::Unreachable(words)
}

/// The request belongs to what was done first of what it brings.
fn trace_of(request: &PushRequest) -> Option<Trace> {
    let first = OperationBody::decode(request.ops.first()?).ok()?;
    Trace::of_operation(first.op)
}

#[async_trait]
impl Transport for HttpServer {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let mut asked = self.authorised(self.request(Method::POST, "v1/sync/push")?).json(request);
        if let Some(trace) = trace_of(request) {
            asked = asked.header(TRACE_HEADER, trace.to_string());
        }
        self.fetch(asked).await
    }

    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        let limit = REQUEST_LIMIT + Duration::from_secs(u64::from(query.wait));
        self.fetch(self.authorised(self.request(Method::GET, "v1/sync/changes")?).query(query).timeout(limit)).await
    }

    async fn snapshot(&self, query: &SnapshotQuery) -> Result<SnapshotAnswer, TransportError> {
        self.ask("v1/sync/snapshot", query).await
    }

    async fn snapshot_chunk(&self, snapshot: Uuid, number: usize, from_byte: u64) -> Result<Vec<u8>, TransportError> {
        let request = self.authorised(self.request(Method::GET, &format!("v1/sync/snapshot/{snapshot}/{number}"))?).timeout(CHUNK_LIMIT);
        let request = if from_byte > 0 { request.header(RANGE, format!("bytes={from_byte}-")) } else { request };
        match read(request, MOST_CHUNK_BYTES as u64).await? {
            (_, body, Some(cut)) if body.is_empty() => Err(cut),
            // A cut one as far as it came: the rest is asked for.
            (status, body, _) => understood(status, body),
        }
    }

    async fn digest(&self, query: &DigestQuery) -> Result<DigestAnswer, TransportError> {
        self.ask("v1/sync/digest", query).await
    }

    async fn range(&self, query: &RangeQuery) -> Result<RangeRows, TransportError> {
        self.ask("v1/sync/range", query).await
    }

    async fn own_operations(&self, query: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        self.ask("v1/sync/operations", query).await
    }

    async fn fork(&self, request: &ForkRequest) -> Result<ForkResponse, TransportError> {
        self.send("v1/devices/incarnations", request).await
    }

    async fn recognise(&self, request: &RecogniseRequest) -> Result<RecogniseResponse, TransportError> {
        self.send("v1/devices/recognise", request).await
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://vouchers.example.com", "https://vouchers.example.com")]
    #[case("vouchers.example.com/box", "https://vouchers.example.com/box")]
    #[case(" http://localhost:8000/ ", "http://localhost:8000")]
    #[case("http://127.0.0.1:8000", "http://127.0.0.1:8000")]
    #[case("http://[::1]:8000", "http://[::1]:8000")]
    fn addresses_that_are_taken(#[case] typed: &str, #[case] kept: &str) {
        assert_eq!(ServerAddress::parse(typed).unwrap().to_string(), kept);
    }

    #[test]
    fn nothing_is_sent_where_there_is_no_server() {
        let server = HttpServer::absent(ServerAddress::parse("http://127.0.0.1:1").unwrap()).unwrap().with_token("secret".to_owned());
        assert!(matches!(server.request(Method::POST, "v1/sync/push"), Err(TransportError::Unreachable(_))));
    }

    #[rstest]
    #[case("http://vouchers.example.com")]
    #[case("http://192.168.1.4:8000")]
    #[case("ftp://localhost")]
    #[case("https://me:secret@vouchers.example.com")]
    #[case("")]
    #[case("https://")]
    #[case("two words")]
    fn addresses_that_are_not_taken(#[case] typed: &str) {
        assert!(ServerAddress::parse(typed).is_err());
    }
}
