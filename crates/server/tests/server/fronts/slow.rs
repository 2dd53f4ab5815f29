//! Clients that are slow, or send too much of what stands before a body.

use std::time::Duration;

use beadsbox_server::Front;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::ask;
use crate::support::{Stage, beside, bound};

/// Longer than anything here may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a server says to these bytes, until it hangs up.
async fn say(address: std::net::SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    // A connection that was reset is one that was hung up.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("it hangs up");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn who_does_not_say_what_they_want_is_hung_up_on() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| bound(config, Front::All, &["header-seconds=1", "idle-seconds=2", "write-seconds=2"])).await;
    assert_eq!(say(server.address(), b"").await, "");
    assert_eq!(say(server.address(), b"GET /healthz HTTP/1.1\r\nHost: here\r\nX-").await, "");
    // Answered, and then nothing more.
    let said = say(server.address(), b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200 OK") && said.ends_with("\r\n\r\nok"), "{said}");
    // Answered, and then half of another one.
    let said = say(server.address(), b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\nGET /healthz").await;
    assert_eq!(said.matches("HTTP/1.1").count(), 1, "{said}");
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_and_to_be_sent_again() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| bound(config, Front::All, &["body-seconds=1"])).await;
    let head = "POST /v1/devices/enrol HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"code\":";
    let said = say(server.address(), head.as_bytes()).await;
    assert!(
        said.starts_with("HTTP/1.1 408") && said.contains("\"code\":\"unavailable\"") && said.contains("retry-after: 1"),
        "{said}"
    );
    server.stop().await;
}

#[tokio::test]
async fn heads_are_bounded_in_number_and_size() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| bound(config, Front::All, &["headers=16", "header-bytes=4096", "header-seconds=3", "idle-seconds=3"])).await;
    let head = |lines: &str| format!("GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{lines}\r\n");
    let many = |count: usize| "X: 1\r\n".repeat(count);
    for (lines, status) in [
        (many(10), "200"),
        (many(17), "431"),
        (format!("X: {}\r\n", "x".repeat(3000)), "200"),
        (format!("X: {}\r\n", "x".repeat(5000)), "431"),
        (format!("X: {}", "x".repeat(200_000)), "431"),
    ] {
        let said = say(server.address(), head(&lines).as_bytes()).await;
        // Where much is not read any more, the connection may be reset before the answer is.
        assert!(
            said.starts_with(&format!("HTTP/1.1 {status}")) || (status == "431" && said.is_empty() && lines.len() > 100_000),
            "{}: {said}",
            lines.len()
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn connections_are_bounded_and_whoever_waits_gets_their_turn() {
    let stage = Stage::new().await;
    let server = beside(&stage, |config| bound(config, Front::All, &["sockets=2", "header-seconds=2"])).await;
    // Two that say nothing have both places, until they are hung up on.
    let silent = [TcpStream::connect(server.address()).await.unwrap(), TcpStream::connect(server.address()).await.unwrap()];
    let url = format!("{}/healthz", server.url());
    let waiting = tokio::spawn(async move { ask(&url, &[]).await.0 });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished(), "there is no room yet");
    assert_eq!(timeout(PATIENCE, waiting).await.unwrap().unwrap(), 200);
    drop(silent);
    server.stop().await;
}
