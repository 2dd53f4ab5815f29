//! Requests as a client makes them, and what the server says to them.

use std::io;

use beadsbox_protocol::{ErrorCode, Problem};
use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

/// What the server says, or why it does not.
pub type Answer<T> = Result<T, Box<Problem>>;

/// The answer, or everything that the server said instead.
pub fn told<T>(answer: Answer<T>) -> io::Result<T> {
    answer.map_err(|problem| io::Error::other(format!("{problem:?}")))
}

/// Sends a request, with a bearer token and a body where there are some, and reads what comes.
pub(crate) async fn call<T: DeserializeOwned>(
    http: &reqwest::Client,
    method: Method,
    url: &str,
    token: Option<&str>,
    body: Option<&impl Serialize>,
) -> Answer<T> {
    let mut request = http.request(method, url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answered = async {
        let response = request.send().await?;
        Ok::<_, reqwest::Error>((response.status(), response.bytes().await?))
    };
    let (status, bytes) = match answered.await {
        Ok(answer) => answer,
        // As a client would see it: nobody there.
        Err(error) => return Err(Box::new(Problem::new(0, ErrorCode::Unavailable, error.to_string()))),
    };
    if status == StatusCode::NO_CONTENT {
        return Ok(read(b"null"));
    }
    if status.is_success() { Ok(read(&bytes)) } else { Err(read(&bytes)) }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> T {
    match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => panic!("an answer that nobody can read: {error}: {}", String::from_utf8_lossy(bytes)),
    }
}
