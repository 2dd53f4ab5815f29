//! What a server is started with.

use std::{net::SocketAddr, time::Duration};

use secrecy::SecretString;
use semver::Version;

use crate::{
    clock::Clock,
    front::{Front, FrontConfig},
    http::Forwarding,
    jobs::broker::BrokerConfig,
    mail::MailConfig,
    shop::ShopConfig,
    sight::CollectorConfig,
};

/// Where a server listens and what it bounds.
#[derive(Debug, Clone)]
pub struct Config {
    /// `postgres://…`; may name several machines, of which the primary is taken
    pub database_url: SecretString,
    /// Where a copy of it is for reports, which may be behind; none to ask the database itself.
    pub database_read_url: Option<SecretString>,
    /// The most connections to that copy.
    pub report_connections: u32,
    /// Who is served, and where.
    pub fronts: Vec<FrontConfig>,
    /// Whom to believe for whom they ask.
    pub forwarding: Forwarding,
    /// How long the server still takes requests after it began to say that it is about to end.
    pub drain: Duration,
    /// Where the metrics are; none to have no port for them.
    pub metrics_listen: Option<SocketAddr>,
    /// `redis://…`, for what processes remember together; none where each remembers for itself.
    pub redis_url: Option<SecretString>,
    /// The clock.
    pub clock: Clock,
    /// The most connections to the database for what the server does by itself, besides one that listens. A front that serves everything
    /// shares them; any other has its own.
    pub database_connections: u32,
    /// The most chunks of snapshots that are sent at once, a megabyte each.
    pub most_chunks: usize,
    /// How often the sequencer looks by itself.
    pub sequence_every: Duration,
    /// Whether this process does by itself what comes with time: it writes the jobs of upkeep, and settles orders of the shop page.
    pub plans_upkeep: bool,
    /// How often overdue vouchers are looked for.
    pub expire_every: Duration,
    /// How often vouchers are looked for of which buyers are to be reminded.
    pub remind_every: Duration,
    /// How often snapshots that are given no longer are made anew.
    pub refresh_every: Duration,
    /// How often what nobody asks for any more is forgotten.
    pub prune_every: Duration,
    /// How often buyers are looked for who are kept no longer.
    pub retention_every: Duration,
    /// How often it is looked whether what was held can be read by now.
    pub decide_held_every: Duration,
    /// For how long a process shows what is for sale without asking anybody.
    pub offer_kept: Duration,
    /// How often a worker looks for jobs by itself.
    pub jobs_every: Duration,
    /// How long a job is a worker's that says nothing any more; one that works at it says so four times as often.
    pub lease: Duration,
    /// How often a sign of life is given, by which copies know how old they are.
    pub sign_every: Duration,
    /// The least version of the program that is served; none where all are.
    pub least_client: Option<Version>,
    /// How many jobs this process works on at once; 0 leaves them to others.
    pub workers: usize,
    /// How long requests and jobs that have begun may still take when it is to end. A mail whose answer does not come by then is said to have been
    /// sent perhaps.
    pub last_orders: Duration,
    /// By which mail server mail goes; none where this process sends none.
    pub mail: Option<MailConfig>,
    /// Which broker tells of jobs; none where workers look for them in the database.
    pub broker: Option<BrokerConfig>,
    /// Which project at Sentry is told of errors and panics; none where nobody is.
    pub faults: Option<SecretString>,
    /// Which project desktop programs tell of theirs where somebody wants that; none where they tell nobody.
    pub desktop_faults: Option<String>,
    /// Where spans and numbers go; none where nobody collects them.
    pub collector: Option<CollectorConfig>,
    /// How the shop page is reached and paid.
    pub shop: ShopConfig,
    /// How often orders are looked for whose time is over.
    pub orders_every: Duration,
}

/// How long a job whose time is over has to note how far it came, and connections have to close.
const CLOSING: Duration = Duration::from_secs(10);

impl Config {
    /// How long its end may take, from the signal on.
    pub(crate) fn longest_end(&self) -> Duration {
        self.drain + self.last_orders + CLOSING
    }

    /// Everything at one port, with the usual bounds.
    pub fn new(database_url: impl Into<String>, listen: SocketAddr) -> Self {
        let everything = FrontConfig::new(Front::All, listen);
        Self {
            database_url: SecretString::from(database_url.into()),
            database_read_url: None,
            report_connections: 4,
            database_connections: everything.limits.connections,
            fronts: vec![everything],
            forwarding: Forwarding::default(),
            drain: Duration::ZERO,
            metrics_listen: None,
            redis_url: None,
            clock: Clock::system(),
            most_chunks: 16,
            sequence_every: Duration::from_secs(1),
            plans_upkeep: true,
            expire_every: Duration::from_hours(1),
            remind_every: Duration::from_hours(1),
            refresh_every: Duration::from_hours(1),
            prune_every: Duration::from_hours(1),
            retention_every: Duration::from_hours(24),
            decide_held_every: Duration::from_hours(1),
            offer_kept: Duration::from_secs(1),
            jobs_every: Duration::from_secs(1),
            lease: Duration::from_secs(45),
            sign_every: Duration::from_secs(2),
            least_client: None,
            workers: 2,
            last_orders: Duration::from_secs(30),
            mail: None,
            broker: None,
            faults: None,
            desktop_faults: None,
            collector: None,
            shop: ShopConfig::default(),
            orders_every: Duration::from_mins(1),
        }
    }
}
