//! A mail server that others wrote: aiosmtpd, from Debian's package `python3-aiosmtpd`. It speaks TLS and wants a name and a password.

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep},
};

use super::Mail;
use crate::{load_balancer::certificate, missing::missing, server::free_port};

/// How long it may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long a test waits for a mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where Python may be. Debian's package is for Debian's own Python, which need not be the first on the path.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];
/// What it runs.
const SCRIPT: &str = include_str!("server.py");

/// How what is said to it is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the beginning.
    Implicit,
    /// After `STARTTLS`: before, it takes neither password nor mail.
    StartTls,
    /// Not at all. It takes passwords and mails all the same, from whoever gives it any.
    Never,
}

impl SmtpTls {
    /// As the script knows it.
    const fn name(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::StartTls => "starttls",
            Self::Never => "never",
        }
    }
}

/// A mail as the script stores it.
#[derive(Deserialize)]
struct Stored {
    to: Vec<String>,
    raw: String,
}

/// A mail server on a port of its own, called `localhost`. It is killed with the value.
#[derive(Debug)]
pub struct SmtpServer {
    // Kept as long as it runs: its script and certificate are there, what it heard, and what it took.
    folder: TempDir,
    port: u16,
    tls: SmtpTls,
    _child: Child,
}

impl SmtpServer {
    /// Starts one; with an account it takes mails from nobody but who signs in by that name and password. None, with a line that says so, where Python,
    /// its module `aiosmtpd` or `openssl` is missing.
    pub async fn start(tls: SmtpTls, account: Option<(&str, &str)>) -> io::Result<Option<Self>> {
        let Some(python) = python().await else { return Ok(None) };
        let (folder, port) = (tempfile::tempdir()?, free_port()?);
        let Some(certificate) = certificate(folder.path()).await? else { return Ok(None) };
        let script = folder.path().join("server.py");
        std::fs::write(&script, SCRIPT)?;
        std::fs::create_dir(folder.path().join("mails"))?;
        let settings = json!({ "folder": folder.path(), "port": port, "tls": tls.name(), "certificate": certificate, "account": account });
        let mut command = Command::new(python);
        let log = std::fs::File::create(folder.path().join("log"))?;
        command.arg(script).arg(settings.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn()?;
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if child.try_wait()?.is_some() || begun.elapsed() > START_LIMIT {
                let log = std::fs::read_to_string(folder.path().join("log"))?;
                return Err(io::Error::other(format!("the mail server does not listen: {log}")));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(Some(Self { folder, port, tls, _child: child }))
    }

    /// Its address, as a server is told it that is to send by TLS alone, and to sign in so.
    pub fn url(&self, account: Option<(&str, &str)>) -> String {
        let (scheme, behind) = match self.tls {
            SmtpTls::Implicit => ("smtps", ""),
            SmtpTls::StartTls | SmtpTls::Never => ("smtp", "?tls=required"),
        };
        let account = account.map(|(name, password)| format!("{}:{}@", encoded(name), encoded(password))).unwrap_or_default();
        format!("{scheme}://{account}localhost:{}{behind}", self.port)
    }

    /// The file of its certificate, for whoever is to trust it.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Every mail that was taken, in order. Their time is that of this look.
    pub fn mails(&self) -> io::Result<Vec<Mail>> {
        let entries = std::fs::read_dir(self.folder.path().join("mails"))?;
        let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<PathBuf>>>()?;
        files.sort();
        files.iter().map(|file| read(file)).collect()
    }

    /// Waits until so many were taken.
    pub async fn until(&self, count: usize) -> io::Result<Vec<Mail>> {
        let begun = Instant::now();
        loop {
            let mails = self.mails()?;
            if mails.len() >= count {
                return Ok(mails);
            }
            if begun.elapsed() > PATIENCE {
                return Err(io::Error::new(io::ErrorKind::TimedOut, format!("{} of {count} mails came", mails.len())));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// All that was said to it, by everybody, in the clear or behind a certificate that they took: commands, passwords and mails.
    pub fn heard(&self) -> io::Result<String> {
        let bytes = std::fs::read(self.folder.path().join("heard"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A Python that has the module. None, with a line that says so, where there is none.
async fn python() -> Option<&'static str> {
    for python in PYTHONS {
        let mut command = Command::new(python);
        command.args(["-c", "import aiosmtpd"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if command.status().await.is_ok_and(|status| status.success()) {
            return Some(python);
        }
    }
    missing("python3 with aiosmtpd");
    None
}

/// As it stands in an address: each letter as its number, whatever it means there.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut address, byte| {
        let _ = write!(address, "%{byte:02X}");
        address
    })
}

fn read(file: &Path) -> io::Result<Mail> {
    let Stored { to, raw } = serde_json::from_slice(&std::fs::read(file)?)?;
    Ok(Mail::new(to, raw))
}
