//! A Redis in a folder of its own, always at the same address, that can be killed and started again.

use std::{io, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::server::{free_port, program};

/// How long it may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(30);

/// One Redis, which keeps nothing on the disk. It is killed with the value.
#[derive(Debug)]
pub struct RedisProcess {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    child: Option<Child>,
}

impl RedisProcess {
    /// Starts one. None, with a line that says so, where there is no `redis-server`.
    pub async fn start() -> io::Result<Option<Self>> {
        let Some(program) = program("redis-server") else { return Ok(None) };
        let mut redis = Self { program, folder: tempfile::tempdir()?, port: free_port()?, child: None };
        redis.up().await?;
        Ok(Some(redis))
    }

    /// Its address, as a server is told it; the same after every start.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it, empty, and waits until it listens.
    pub async fn up(&mut self) -> io::Result<()> {
        let port = self.port.to_string();
        let mut command = Command::new(&self.program);
        command
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        self.child = Some(command.spawn()?);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if begun.elapsed() > START_LIMIT {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "Redis does not listen"));
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Kills it, as a power cut would; it forgets everything.
    pub async fn kill(&mut self) -> io::Result<()> {
        match self.child.take() {
            Some(mut child) => child.kill().await,
            None => Ok(()),
        }
    }
}
