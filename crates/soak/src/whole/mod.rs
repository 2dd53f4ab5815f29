//! The whole central system on one machine, each part of it the real program: what `deploy/` sets up on many.
//!
//! PostgreSQL with a standby that commits wait for and a replica that reports read, RabbitMQ, Redis, a mail server that keeps what it takes, a load
//! balancer, two processes each of API, administration and shop page, and a worker; and a payment provider that stands in for Stripe.

mod database;
mod kept;
mod surroundings;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use beadsbox_testkit::{
    Backend, BrokerProcess, Entrance, LoadBalancer, Looks, MailReceiver, RedisProcess, ServerLog, ServerProcess, ServerProgram, StripeProvider, certificate,
    free_port_from,
};

pub use database::{Database, TakenOver};
pub use kept::KeptProcess;
use surroundings::{Surroundings, Variable};

/// Where buyers find the shop page, if nobody else is there.
const PLAIN_PORT: u16 = 8000;
const TLS_PORT: u16 = 8443;
const MAIL_PORT: u16 = 2525;
const METRICS_PORT: u16 = 9464;
/// What serves, and its front.
const FRONTS: [(&str, &str); 6] = [("api-1", "api"), ("api-2", "api"), ("admin-1", "admin"), ("admin-2", "admin"), ("shop-1", "shop"), ("shop-2", "shop")];
const WORKER: &str = "worker";

/// How it is to be set up.
#[derive(Debug, Clone)]
pub struct WholePlan {
    /// `beadsbox-server`
    pub server: PathBuf,
    /// Where logs and mails go; there is a folder of that name already.
    pub folder: PathBuf,
}

/// All of it, at work. [`Whole::end`] ends it; dropped, it ends as well, in whatever order.
pub struct Whole {
    balancer: LoadBalancer,
    tls: Option<Tls>,
    processes: Vec<KeptProcess>,
    /// Where cards are charged: by a button on its page.
    pub provider: StripeProvider,
    /// What takes mails.
    pub mails: MailReceiver,
    /// What processes count in together.
    pub redis: RedisProcess,
    /// What tells of jobs.
    pub broker: BrokerProcess,
    /// Primary, standby and replica.
    pub database: Database,
    program: ServerProgram,
    folder: PathBuf,
}

/// The entrance with TLS.
#[derive(Debug, Clone)]
struct Tls {
    port: u16,
    authority: PathBuf,
}

impl Whole {
    /// Starts everything, one after the other, and says what it is about to do.
    ///
    /// # Errors
    /// Where a part is missing on this machine or does not start.
    pub async fn start(plan: &WholePlan, say: &(dyn Fn(&str) + Sync)) -> anyhow::Result<Self> {
        let WholePlan { server, folder } = plan;
        for name in ["logs", "mails"] {
            std::fs::create_dir_all(folder.join(name))?;
        }
        say("Making a PostgreSQL, its standby that each commit waits for, and a replica");
        let database = Database::start().await?;
        let program = ServerProgram::on(server, database.owner_url(), database.serve_url());
        say("Migrating the database");
        program.run(&["migrate"], "").await?;
        database.admit().await;
        say("Starting RabbitMQ");
        let broker = BrokerProcess::start().await.context("RabbitMQ is missing: install rabbitmq-server")?;
        say("Starting Redis");
        let redis = RedisProcess::start().await?.context("Redis is missing: install redis-server")?;
        let mails = MailReceiver::start_at(free_port_from(MAIL_PORT)?, &folder.join("mails")).await?;
        let entrances = entrances(folder).await?;
        let root = format!("http://localhost:{}", entrances[0].port);
        let provider = StripeProvider::start().await?;
        provider.tell(format!("{root}/vouchers/stripe-events"));
        let around = Surroundings { mails: &mails, broker: &broker, redis: &redis, database: &database, provider: &provider, root: &root };
        let (mut processes, mut port) = (Vec::new(), METRICS_PORT);
        for (name, front) in FRONTS {
            say(&format!("Starting {name}"));
            let process = program.front(front, ServerLog::File(log(folder, name)))?;
            port = free_port_from(port)?;
            let metrics = format!("127.0.0.1:{port}");
            // It may listen there a little later than where it serves.
            port += 1;
            let mut variables = around.of_front(front);
            variables.push(("BEADSBOX_METRICS_LISTEN", metrics.clone()));
            processes.push(keep(name, process, variables, metrics).await?);
        }
        say("Starting the worker");
        let worker = program.worker(ServerLog::File(log(folder, WORKER)))?;
        let metrics = worker.address().to_owned();
        processes.push(keep(WORKER, worker, around.of_worker(), metrics).await?);
        say("Starting the load balancer");
        let backends = backends(&processes);
        let balancer = LoadBalancer::start_at(&backends, &entrances, Looks::AsDocumented).await?;
        let balancer = balancer.context("the load balancer is missing: install haproxy")?;
        let tls = entrances.get(1).map(|entrance| Tls { port: entrance.port, authority: folder.join("certificate.pem") });
        Ok(Self { balancer, tls, processes, provider, mails, redis, broker, database, program, folder: folder.clone() })
    }

    /// Where the load balancer takes plain HTTP, without a slash at the end: for this machine, to which devices speak without TLS.
    pub fn url(&self) -> String {
        self.balancer.url()
    }

    /// Where it ends TLS, and the certificate to trust for it; none where `openssl` is missing.
    pub fn tls(&self) -> Option<(String, &Path)> {
        self.tls.as_ref().map(|tls| (format!("https://localhost:{}", tls.port), tls.authority.as_path()))
    }

    /// The program of the servers, for its commands.
    pub const fn program(&self) -> &ServerProgram {
        &self.program
    }

    /// The processes that serve and work.
    pub fn processes(&self) -> &[KeptProcess] {
        &self.processes
    }

    /// The process of that name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn process(&self, name: &str) -> anyhow::Result<&KeptProcess> {
        self.processes.iter().find(|process| process.name() == name).with_context(|| format!("there is no process {name}"))
    }

    /// Waits until the load balancer sends requests to every process that serves.
    pub async fn until_all_serve(&self) -> anyhow::Result<()> {
        Ok(self.balancer.until_up(FRONTS.len()).await?)
    }

    /// Where each process writes its log.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Where each mail lies.
    pub fn mailbox(&self) -> PathBuf {
        self.folder.join("mails")
    }

    /// Ends everything, those first that others serve.
    pub async fn end(self) {
        let Self { balancer, processes, provider, mails, redis, broker, database, .. } = self;
        drop(balancer);
        for process in processes {
            process.end().await;
        }
        drop((provider, mails, redis, broker));
        tokio::task::block_in_place(|| database.end());
    }
}

fn log(folder: &Path, name: &str) -> PathBuf {
    folder.join("logs").join(format!("{name}.log"))
}

/// Plain HTTP first, and TLS where a certificate can be made.
async fn entrances(folder: &Path) -> anyhow::Result<Vec<Entrance>> {
    let mut entrances = vec![Entrance { port: free_port_from(PLAIN_PORT)?, certificate: None }];
    if let Some(certificate) = certificate(folder).await? {
        entrances.push(Entrance { port: free_port_from(TLS_PORT)?, certificate: Some(certificate) });
    }
    Ok(entrances)
}

/// Each front's paths, as `docs/operations.md` has them.
fn backends(processes: &[KeptProcess]) -> Vec<Backend> {
    let of = |front: &str| {
        let names = FRONTS.iter().filter(|(_, of)| *of == front).map(|(name, _)| *name);
        names
            .filter_map(|name| processes.iter().find(|process| process.name() == name))
            .map(|process| process.address().to_owned())
            .collect()
    };
    vec![
        Backend { name: "api", paths: &[], servers: of("api") },
        Backend { name: "admin", paths: &["/v1/admin/", "/v1/reports/"], servers: of("admin") },
        Backend { name: "shop", paths: &["/vouchers", "/v1/catalogue"], servers: of("shop") },
    ]
}

async fn keep(name: &'static str, mut process: ServerProcess, variables: Vec<Variable>, metrics: String) -> anyhow::Result<KeptProcess> {
    for (variable, value) in variables {
        process.set(variable, value);
    }
    let log = process.log().map(Path::to_owned);
    match KeptProcess::start(name, process, metrics).await {
        Ok(kept) => Ok(kept),
        Err(error) => {
            let text = log.and_then(|log| std::fs::read_to_string(log).ok()).unwrap_or_default();
            bail!("{name} does not start: {error}: {}", text.lines().last().unwrap_or_default())
        }
    }
}
