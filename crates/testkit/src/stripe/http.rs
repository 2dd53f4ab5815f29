//! As much of HTTP/1.1 as those need that tests talk to: one request a connection.

use std::io;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// No request of a shop or browser is larger.
const MOST_BODY: usize = 1024 * 1024;

pub(crate) struct Request {
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The header of that name, which is written small.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Response {
    pub status: &'static str,
    pub kind: &'static str,
    pub location: Option<String>,
    pub body: String,
}

impl Response {
    pub fn json(status: &'static str, value: &serde_json::Value) -> Self {
        Self { status, kind: "application/json", location: None, body: value.to_string() }
    }

    pub fn html(body: String) -> Self {
        Self { status: "200 OK", kind: "text/html; charset=utf-8", location: None, body }
    }

    pub fn redirect(to: &str) -> Self {
        Self { status: "303 See Other", kind: "text/plain", location: Some(to.to_owned()), body: String::new() }
    }

    pub fn nothing() -> Self {
        Self { status: "404 Not Found", kind: "text/plain", location: None, body: String::new() }
    }
}

/// Reads a request. None where nobody asks anything.
pub(crate) async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(path)) = (words.next().map(str::to_owned), words.next().map(str::to_owned)) else {
        return Ok(None);
    };
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    request.body = vec![0; usize::min(length, MOST_BODY)];
    stream.read_exact(&mut request.body).await?;
    Ok(Some(request))
}

pub(crate) async fn answer(stream: &mut BufReader<TcpStream>, response: &Response) -> io::Result<()> {
    let location = response.location.as_ref().map(|to| format!("Location: {to}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{location}Connection: close\r\n\r\n",
        response.status,
        response.kind,
        response.body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(response.body.as_bytes()).await?;
    stream.shutdown().await
}
