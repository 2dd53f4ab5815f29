//! An organisation that gives out updates: a key of its own, signed packages, and a server that has them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    process::Command,
    task::JoinHandle,
};

/// A pair of keys, made by the tool that signs packages.
pub struct SigningKey {
    folder: TempDir,
}

impl SigningKey {
    /// A new pair.
    pub async fn make() -> anyhow::Result<Self> {
        let key = Self { folder: TempDir::new()? };
        signer(&["generate", "--ci", "--password", "", "--write-keys", &key.secret().display().to_string()]).await?;
        Ok(key)
    }

    fn secret(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    /// The file with the public one.
    pub fn public(&self) -> PathBuf {
        self.folder.path().join("key.pub")
    }

    /// The signature of a package of that version.
    pub async fn sign(&self, package: &[u8], version: &str) -> anyhow::Result<String> {
        let file = self.folder.path().join("package");
        std::fs::write(&file, package)?;
        let (secret, package) = (self.secret().display().to_string(), file.display().to_string());
        signer(&["sign", "--password", "", "--private-key-path", &secret, "--app-version", version, &package]).await?;
        Ok(std::fs::read_to_string(file.with_extension("sig"))?.trim().to_owned())
    }
}

async fn signer(arguments: &[&str]) -> anyhow::Result<()> {
    let tool = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/.bin/tauri"));
    let ran = Command::new(tool).arg("signer").args(arguments).output().await.context("the tool that signs")?;
    ensure!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}

#[derive(Default)]
struct Given {
    manifest: String,
    package: Vec<u8>,
}

/// Gives out one version.
pub struct UpdateServer {
    port: u16,
    given: Arc<Mutex<Given>>,
    serving: JoinHandle<()>,
}

impl UpdateServer {
    /// One that has nothing yet.
    pub async fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (port, given) = (listener.local_addr()?.port(), Arc::<Mutex<Given>>::default());
        let serving = tokio::spawn(serve(listener, Arc::clone(&given)));
        Ok(Self { port, given, serving })
    }

    /// What the program is told.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Gives out that version from now on.
    pub fn give(&self, version: &str, package: &[u8], signature: &str) {
        let platform = serde_json::json!({ "url": format!("{}/package", self.url()), "signature": signature });
        let target = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let manifest = serde_json::json!({ "version": version, "notes": "Quicker at the till.", "platforms": { target: platform } });
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Given { manifest: manifest.to_string(), package: package.to_vec() };
    }

    /// It answers no more.
    pub async fn close(&mut self) {
        self.serving.abort();
        // Ended or cancelled, the port is free then.
        let _ = (&mut self.serving).await;
    }
}

async fn serve(listener: TcpListener, given: Arc<Mutex<Given>>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Whoever hangs up early asks again.
        let _ = answer(stream, &given).await;
    }
}

async fn answer(mut stream: TcpStream, given: &Mutex<Given>) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 1024];
        match stream.read(&mut part).await? {
            0 => return Ok(()),
            bytes => request.extend_from_slice(part.get(..bytes).unwrap_or_default()),
        }
    }
    let body = {
        let given = given.lock().unwrap_or_else(PoisonError::into_inner);
        if request.starts_with(b"GET /latest.json ") {
            given.manifest.clone().into_bytes()
        } else {
            given.package.clone()
        }
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}
