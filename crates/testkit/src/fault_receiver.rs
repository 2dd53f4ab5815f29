//! As much of Sentry as a program sees: takes envelopes, and keeps them as they came.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{io::BufReader, net::TcpListener, task::JoinHandle, time::sleep};

use crate::stripe::http::{Response, answer, read};

/// The receiver. It ends with the value.
pub struct FaultReceiver {
    envelopes: Arc<Mutex<Vec<String>>>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl FaultReceiver {
    /// Begins to listen.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?;
        let envelopes = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&envelopes);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let Ok(Some(request)) = read(&mut stream).await else { return };
                    if request.path.ends_with("/envelope/") {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(String::from_utf8_lossy(&request.body).into_owned());
                    }
                    let _ = answer(&mut stream, &Response::json("200 OK", &serde_json::json!({}))).await;
                });
            }
        });
        Ok(Self { envelopes, address, serving })
    }

    /// The address of its project.
    pub fn project(&self) -> String {
        format!("http://key@{}/1", self.address)
    }

    /// Envelopes as they came.
    pub fn envelopes(&self) -> Vec<String> {
        self.envelopes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The events in them: of each item a line of what it is, and a line of what it says.
    pub fn events(&self) -> Vec<Value> {
        let mut events = Vec::new();
        for envelope in self.envelopes() {
            let lines: Vec<Value> = envelope.lines().skip(1).filter_map(|line| serde_json::from_str(line).ok()).collect();
            events.extend(lines.chunks(2).filter(|item| item[0]["type"] == "event").filter_map(|item| item.get(1).cloned()));
        }
        events
    }

    /// The first event of which that holds; none after half a minute.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        for _ in 0..300 {
            if let Some(event) = self.events().into_iter().find(|event| wanted(event)) {
                return Some(event);
            }
            sleep(Duration::from_millis(100)).await;
        }
        None
    }
}

impl Drop for FaultReceiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
