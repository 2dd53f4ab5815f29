//! A till's link to the server: a network namespace of its own, and a pair of interfaces that can be taken down.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command as Blocking, Stdio},
};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    task::JoinHandle,
};

use crate::relay::relay;

/// Whether this user may lay such links here.
pub fn is_possible() -> bool {
    let name = format!("beadsbox-try-{}", std::process::id());
    let quiet = |arguments: &[&str]| Blocking::new("ip").args(arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    let possible = quiet(&["netns", "add", &name]);
    possible && quiet(&["netns", "delete", &name])
}

/// The link. Dropped, it is gone.
pub(super) struct Link {
    pub(super) namespace: String,
    /// The server, as it is seen from inside.
    pub(super) url: String,
    /// The end that is taken down.
    outside: String,
    _near: Child,
    far: JoinHandle<std::io::Result<()>>,
}

impl Link {
    /// Lays the link of that till to a server on this machine.
    pub(super) async fn lay(number: usize, server: SocketAddr, program: &Path) -> anyhow::Result<Self> {
        let process = std::process::id();
        let (namespace, outside, inside) = (format!("beadsbox-{process}-{number}"), format!("bb{process}o{number}"), format!("bb{process}i{number}"));
        let net = |host| Ipv4Addr::new(10, 200 + u8::try_from(number % 50).unwrap_or_default(), (process % 250) as u8, host);
        let (far_end, near_end) = (net(1), net(2));
        let port = server.port();
        for arguments in [
            format!("netns add {namespace}"),
            format!("link add {outside} type veth peer name {inside} netns {namespace}"),
            format!("address add {far_end}/30 dev {outside}"),
            format!("link set {outside} up"),
            format!("-n {namespace} address add {near_end}/30 dev {inside}"),
            format!("-n {namespace} link set {inside} up"),
            format!("-n {namespace} link set lo up"),
        ] {
            ip(&arguments).await?;
        }
        let listener = TcpListener::bind((far_end, port)).await?;
        let near = Command::new("ip")
            .args(["netns", "exec", &namespace])
            .arg(program)
            .arg(format!("127.0.0.1:{port}"))
            .arg(format!("{far_end}:{port}"))
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { namespace, url: format!("http://127.0.0.1:{port}"), outside, _near: near, far: tokio::spawn(relay(listener, server)) })
    }

    /// What is sent from now on arrives nowhere.
    pub(super) async fn cut(&self) -> anyhow::Result<()> {
        ip(&format!("link set {} down", self.outside)).await
    }

    pub(super) async fn mend(&self) -> anyhow::Result<()> {
        ip(&format!("link set {} up", self.outside)).await
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.far.abort();
        // The pair of interfaces goes with the namespace.
        let _ = Blocking::new("ip").args(["link", "delete", &self.outside]).stderr(Stdio::null()).status();
        let _ = Blocking::new("ip").args(["netns", "delete", &self.namespace]).stderr(Stdio::null()).status();
    }
}

async fn ip(arguments: &str) -> anyhow::Result<()> {
    let output = Command::new("ip").args(arguments.split(' ')).output().await.context("ip")?;
    anyhow::ensure!(output.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
