//! A RabbitMQ of a test's own, in a folder, on ports and with a cookie of its own; it can be killed and brought back.

use std::{
    io,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{io::AsyncReadExt as _, io::AsyncWriteExt as _, net::TcpStream, time::sleep};

use crate::{free_port, missing::missing};

/// Where Debian's package has it. The one on the path gives up root and goes into its own folder.
const PROGRAM: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
/// How long it may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A broker with a user that has the least rights the server needs. It ends with the value.
pub struct BrokerProcess {
    folder: tempfile::TempDir,
    port: u16,
    /// How its parts find each other.
    names_port: u16,
    others_port: u16,
    names: Child,
    program: Option<Child>,
}

impl BrokerProcess {
    /// Starts one. None, with a line that says so, where RabbitMQ is missing.
    ///
    /// # Panics
    /// Where it is there and does not start.
    pub async fn start() -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            missing("rabbitmq-server");
            return None;
        }
        let mut broker = made(Self::prepare());
        broker.up().await;
        Some(broker)
    }

    fn prepare() -> io::Result<Self> {
        let (folder, port, names_port, others_port) = (tempfile::tempdir()?, free_port()?, free_port()?, free_port()?);
        let rights = r"^beadsbox\..*";
        let lines = format!(
            "listeners.tcp.1 = 127.0.0.1:{port}\ndefault_user = beadsbox\ndefault_pass = beadsbox\ndefault_vhost = beadsbox\n\
             default_user_tags.administrator = false\ndefault_permissions.configure = {rights}\ndefault_permissions.read = {rights}\n\
             default_permissions.write = {rights}\ndisk_free_limit.absolute = 1MB\nlog.console = false\n"
        );
        std::fs::write(folder.path().join("rabbitmq.conf"), lines)?;
        std::fs::write(folder.path().join("plugins"), "[].")?;
        // Otherwise it starts one for the whole machine, which stays behind.
        let names = Command::new("epmd")
            .args(["-port", &names_port.to_string(), "-address", "127.0.0.1"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { folder, port, names_port, others_port, names, program: None })
    }

    /// Its address, as a server is told it.
    pub fn url(&self) -> String {
        format!("amqp://beadsbox:beadsbox@127.0.0.1:{}/beadsbox", self.port)
    }

    /// Starts it, or brings it back with what it had on its disk, and waits until it can be called.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn up(&mut self) {
        self.program = Some(made(self.spawn()));
        let begun = Instant::now();
        while !self.answers().await {
            assert!(begun.elapsed() < PATIENCE, "RabbitMQ did not start: {}", self.log());
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            // The program is a script; what it started is in its group.
            let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", program.id())]).status();
            let _ = program.wait();
        }
    }

    fn spawn(&self) -> io::Result<Child> {
        use std::os::unix::process::CommandExt as _;
        let path = |name: &str| self.folder.path().join(name);
        Command::new(PROGRAM)
            .current_dir(self.folder.path())
            .process_group(0)
            .env("HOME", self.folder.path())
            .env("ERL_EPMD_PORT", self.names_port.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODENAME", "beadsbox@localhost")
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.others_port.to_string())
            .env("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", path("plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", path("none"))
            .env("RABBITMQ_MNESIA_BASE", path("data"))
            .env("RABBITMQ_GENERATED_CONFIG_DIR", path("generated"))
            .env("RABBITMQ_PLUGINS_EXPAND_DIR", path("expanded"))
            .env("RABBITMQ_PID_FILE", path("pid"))
            .env("RABBITMQ_LOG_BASE", self.folder.path())
            .env("RABBITMQ_LOGS", path("log"))
            // A test's machine is everybody's: it takes no more than it needs.
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1 +sbwt none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }

    /// Whether it speaks.
    async fn answers(&self) -> bool {
        let greeted = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
            stream.read_u8().await
        };
        greeted.await.is_ok()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for BrokerProcess {
    fn drop(&mut self) {
        self.kill();
        let _ = self.names.kill();
        let _ = self.names.wait();
    }
}

fn made<T>(result: io::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("a broker for a test: {error}"),
    }
}
