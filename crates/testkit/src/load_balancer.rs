//! HAProxy in front of servers, configured as `docs/operations.md` says, with shorter times.

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::server::{free_port, program};

/// How long it may take until a server is in or out.
const PATIENCE: Duration = Duration::from_mins(1);

/// An address at which it takes requests.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// The port of this machine.
    pub port: u16,
    /// The [certificate] with which it ends TLS; none where it speaks plain HTTP.
    pub certificate: Option<PathBuf>,
}

/// How it finds out which servers take requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// So often that a test need not wait, and without sending a request to another server where one is away.
    AllTheTime,
    /// As `docs/operations.md` says.
    AsDocumented,
}

impl Looks {
    const fn configuration(self) -> &'static str {
        match self {
            Self::AllTheTime => "retries 0\n  default-server check inter 50ms fastinter 50ms downinter 50ms fall 1 rise 1",
            Self::AsDocumented => "default-server check inter 1s fall 2 rise 1",
        }
    }
}

/// Servers among which requests are distributed, and what begins the paths that go to them.
#[derive(Debug, Clone)]
pub struct Backend {
    /// Its name.
    pub name: &'static str,
    /// What the paths begin with that it gets; empty where it gets the rest.
    pub paths: &'static [&'static str],
    /// `address:port` of each server.
    pub servers: Vec<String>,
}

/// A load balancer. It is killed with the value.
#[derive(Debug)]
pub struct LoadBalancer {
    // Kept as long as it runs: its configuration is there, and what it has to say.
    folder: tempfile::TempDir,
    entrance: Entrance,
    http: reqwest::Client,
    _child: Child,
}

impl LoadBalancer {
    /// Starts one; with a [certificate], it ends TLS. None, with a line that says so, where there is no `haproxy`. Of the backends one gets the rest.
    pub async fn start(backends: &[Backend], certificate: Option<&Path>) -> io::Result<Option<Self>> {
        let entrance = Entrance { port: free_port()?, certificate: certificate.map(Path::to_owned) };
        Self::start_at(backends, &[entrance], Looks::AllTheTime).await
    }

    /// Starts one at these entrances; the first of them is its address.
    pub async fn start_at(backends: &[Backend], entrances: &[Entrance], looks: Looks) -> io::Result<Option<Self>> {
        let (Some(program), Some(entrance)) = (program("haproxy"), entrances.first().cloned()) else { return Ok(None) };
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, configuration(backends, entrances, looks))?;
        let mut command = Command::new(program);
        let log = std::fs::File::create(folder.path().join("log"))?;
        command.arg("-db").arg("-f").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        // Whom the certificate is of is what other tests look at.
        let http = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).build().map_err(io::Error::other)?;
        let balancer = Self { folder, entrance, http, _child: command.spawn()? };
        let servers = backends.iter().map(|backend| backend.servers.len()).sum();
        balancer.until_up(servers).await?;
        Ok(Some(balancer))
    }

    /// Its root, `http://…` or `https://…` without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://localhost:{}", if self.entrance.certificate.is_some() { "https" } else { "http" }, self.entrance.port)
    }

    /// Waits until so many servers take requests.
    pub async fn until_up(&self, count: usize) -> io::Result<()> {
        let begun = Instant::now();
        while self.up().await != Some(count) {
            if begun.elapsed() > PATIENCE {
                let (up, log) = (self.up().await, std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
                return Err(io::Error::new(io::ErrorKind::TimedOut, format!("not {count} servers are up, but {up:?}: {log}")));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// How many servers take requests; none where nobody says.
    async fn up(&self) -> Option<usize> {
        let statistics = self.http.get(format!("{}/statistics;csv", self.url())).send().await.ok()?.text().await.ok()?;
        let is_up = |line: &&str| {
            let columns: Vec<&str> = line.split(',').collect();
            columns.get(1).is_some_and(|name| name.starts_with("server")) && columns.get(17).is_some_and(|status| *status == "UP")
        };
        Some(statistics.lines().filter(is_up).count())
    }
}

fn configuration(backends: &[Backend], entrances: &[Entrance], looks: Looks) -> String {
    let mut text = "defaults\n  mode http\n  timeout connect 2s\n  timeout client 90s\n  timeout server 90s\n  timeout http-request 10s\n  \
                    timeout http-keep-alive 60s\n  timeout check 10s\n  option httpchk GET /readyz\n  http-check expect status 200\n"
        .to_owned();
    let _ = writeln!(text, "  {}\nfrontend all", looks.configuration());
    for Entrance { port, certificate } in entrances {
        let tls = certificate.as_ref().map(|file| format!(" ssl crt {}", file.display())).unwrap_or_default();
        let _ = writeln!(text, "  bind 127.0.0.1:{port}{tls}");
    }
    text.push_str("  stats enable\n  stats uri /statistics\n");
    text.push_str("  option forwardfor\n  http-request set-header X-Forwarded-Proto https if { ssl_fc }\n  http-request set-header X-Forwarded-Proto http if !{ ssl_fc }\n");
    for Backend { name, paths, .. } in backends {
        let _ = if paths.is_empty() {
            writeln!(text, "  default_backend {name}")
        } else {
            writeln!(text, "  use_backend {name} if {{ path_beg {} }}", paths.join(" "))
        };
    }
    for Backend { name, servers, .. } in backends {
        let _ = writeln!(text, "backend {name}");
        for (number, address) in servers.iter().enumerate() {
            let _ = writeln!(text, "  server server{number} {address}");
        }
    }
    text
}

/// What the certificate says. It is no authority: clients take none for a server.
const CERTIFICATE: &str = "[req]\ndistinguished_name = name\nx509_extensions = server\nprompt = no\n[name]\nCN = localhost\n[server]\n\
                           basicConstraints = critical, CA:FALSE\nsubjectAltName = DNS:localhost\nextendedKeyUsage = serverAuth\n";

/// Makes a certificate of `localhost` that signs itself, with its key, in that folder: the file that the load balancer takes. None, with a line that says
/// so, where there is no `openssl`.
pub async fn certificate(folder: &Path) -> io::Result<Option<PathBuf>> {
    let Some(program) = program("openssl") else { return Ok(None) };
    let [config, key, certificate, both] = ["openssl.cnf", "key.pem", "certificate.pem", "both.pem"].map(|name| folder.join(name));
    std::fs::write(&config, CERTIFICATE)?;
    let mut command = Command::new(program);
    command
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-config"])
        .arg(&config);
    command.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    let made = command.stdin(Stdio::null()).output().await?;
    if !made.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()));
    }
    std::fs::write(&both, [std::fs::read(&certificate)?, std::fs::read(&key)?].concat())?;
    Ok(Some(both))
}
