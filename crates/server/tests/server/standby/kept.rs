//! The server's process, started again whenever it ends, as systemd does.

use std::{process::Stdio, time::Duration};

use beadsbox_testkit::free_port;
use tokio::{
    net::TcpStream,
    process::Command,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// How long it rests before it starts again.
const REST: Duration = Duration::from_millis(200);

/// A server that is always there, or about to be. It is killed with the value.
pub struct KeptServer {
    address: String,
    keeping: JoinHandle<()>,
}

impl KeptServer {
    /// Serves that database, and waits until it listens.
    pub async fn start(database_url: String) -> Self {
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let listen = address.clone();
        let keeping = tokio::spawn(async move {
            loop {
                let mut command = Command::new(env!("CARGO_BIN_EXE_beadsbox-server"));
                command.args(["serve", "--listen", &listen]).env("DATABASE_URL", &database_url).env("RUST_LOG", "warn");
                let mut child = command.stdin(Stdio::null()).stdout(std::io::stderr()).kill_on_drop(true).spawn().unwrap();
                child.wait().await.unwrap();
                sleep(REST).await;
            }
        });
        let server = Self { address, keeping };
        timeout(Duration::from_mins(1), server.listens()).await.unwrap();
        server
    }

    async fn listens(&self) {
        while TcpStream::connect(&self.address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for KeptServer {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}
