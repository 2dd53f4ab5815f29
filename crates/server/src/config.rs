//! What a server is started with.

use std::{net::SocketAddr, time::Duration};

use secrecy::SecretString;
use semver::Version;

use crate::{clock::Clock, mail::MailConfig};

/// Where a server listens and what it bounds.
#[derive(Debug, Clone)]
pub struct Config {
    /// `postgres://…`; may name several machines, of which the primary is taken
    pub database_url: SecretString,
    /// Where a copy of it is for reports, which may be behind; none to ask the database itself.
    pub database_read_url: Option<SecretString>,
    /// The most connections to that copy.
    pub report_connections: u32,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The clock.
    pub clock: Clock,
    /// The most connections to the database, besides one that listens.
    pub database_connections: u32,
    /// The most requests at once, long polls aside.
    pub most_requests: usize,
    /// The most long polls at once.
    pub most_polls: usize,
    /// The most chunks of snapshots that are sent at once, a megabyte each.
    pub most_chunks: usize,
    /// The longest that a request may take; a long poll may wait on top of it.
    pub time_limit: Duration,
    /// How often the sequencer looks by itself.
    pub sequence_every: Duration,
    /// How often overdue vouchers are looked for.
    pub expire_every: Duration,
    /// How often what nobody asks for any more is forgotten.
    pub prune_every: Duration,
    /// How often buyers are looked for who are kept no longer.
    pub retention_every: Duration,
    /// How often it is looked whether what was held can be read by now.
    pub decide_held_every: Duration,
    /// How often a worker looks for jobs by itself.
    pub jobs_every: Duration,
    /// How often a sign of life is given, by which copies know how old they are.
    pub sign_every: Duration,
    /// The least version of the program that is served; none where all are.
    pub least_client: Option<Version>,
    /// How many jobs this process works on at once; 0 leaves them to others.
    pub workers: usize,
    /// By which mail server mail goes; none where this process sends none.
    pub mail: Option<MailConfig>,
}

impl Config {
    /// The usual bounds.
    pub fn new(database_url: impl Into<String>, listen: SocketAddr) -> Self {
        Self {
            database_url: SecretString::from(database_url.into()),
            database_read_url: None,
            report_connections: 4,
            listen,
            clock: Clock::system(),
            database_connections: 20,
            most_requests: 256,
            most_polls: 4096,
            most_chunks: 16,
            time_limit: Duration::from_secs(30),
            sequence_every: Duration::from_secs(1),
            expire_every: Duration::from_hours(1),
            prune_every: Duration::from_hours(1),
            retention_every: Duration::from_hours(24),
            decide_held_every: Duration::from_hours(1),
            jobs_every: Duration::from_secs(1),
            sign_every: Duration::from_secs(2),
            least_client: None,
            workers: 2,
            mail: None,
        }
    }
}
