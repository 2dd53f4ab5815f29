//! Which broker tells of jobs, for the subcommands that work at some.

use secrecy::{ExposeSecret as _, SecretString};

use crate::BrokerConfig;

/// Which broker.
#[derive(clap::Args)]
pub(super) struct BrokerArguments {
    /// A RabbitMQ that tells of jobs: `amqps://name:password@host/vhost`; without one, workers look for jobs in the database
    #[arg(long, env = "BROKER_URL", hide_env_values = true)]
    broker_url: Option<SecretString>,
}

impl BrokerArguments {
    /// None where there is none.
    pub(super) fn config(&self) -> Option<BrokerConfig> {
        // A variable that is set to nothing is not set.
        let url = self.broker_url.clone().filter(|url| !url.expose_secret().is_empty())?;
        Some(BrokerConfig { url })
    }
}
