//! Whom `serve` serves, where, and within which bounds.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use super::{broker::BrokerArguments, clients::Clients, mail, pay, worker::WorkArguments};
use crate::{Config, ForwardedHeader, Forwarding, Front, FrontConfig, LimitChange, Limits, StartError, network};

/// Connections to the database for what a server does by itself, where each front has its own: one for each job that it is at, and these.
const OWN_CONNECTIONS: u32 = 6;
/// How long a process still serves after it began to say that it is about to end, in seconds, where fronts are served apart: load balancers look every
/// two seconds, and take out who was not ready three times.
const DRAIN: u32 = 10;

/// The arguments of `serve`.
#[derive(Args)]
// Groups have names, and there are other arguments of that name.
#[group(skip)]
pub(super) struct Arguments {
    /// Where to listen, where everything is served at one port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000", env = "BEADSBOX_LISTEN", conflicts_with_all = ["api", "admin", "shop"])]
    listen: SocketAddr,
    /// Bounds, where everything is served at one port: `requests=128,seconds=20`
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', env = "BEADSBOX_LIMITS", conflicts_with_all = ["api", "admin", "shop"])]
    limits: Vec<LimitChange>,
    /// Serves what devices ask all day, at a port of its own
    #[arg(long)]
    api: bool,
    /// Serves administration and reports, at a port of its own
    #[arg(long)]
    admin: bool,
    /// Serves what buyers see, at a port of its own
    #[arg(long)]
    shop: bool,
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    edge: Edge,
    /// Where a copy of the database is that reports read; without one they read the database itself
    #[arg(long, env = "DATABASE_READ_URL", hide_env_values = true)]
    database_read_url: Option<SecretString>,
    /// A Redis in which processes count together: `redis://host`, or `rediss://…` with TLS; without one each counts for itself
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    redis_url: Option<SecretString>,
    #[command(flatten)]
    work: WorkArguments,
    #[command(flatten)]
    mail: mail::Arguments,
    #[command(flatten)]
    broker: BrokerArguments,
    #[command(flatten)]
    pay: pay::PaymentArguments,
    #[command(flatten)]
    clients: Clients,
}

/// Where each front listens, and its bounds.
#[derive(Args)]
struct Ports {
    /// Where `--api` listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000", env = "BEADSBOX_API_LISTEN")]
    api_listen: SocketAddr,
    /// Its bounds
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', env = "BEADSBOX_API_LIMITS")]
    api_limits: Vec<LimitChange>,
    /// Where `--admin` listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8001", env = "BEADSBOX_ADMIN_LISTEN")]
    admin_listen: SocketAddr,
    /// Its bounds
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', env = "BEADSBOX_ADMIN_LIMITS")]
    admin_limits: Vec<LimitChange>,
    /// Where `--shop` listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8002", env = "BEADSBOX_SHOP_LISTEN")]
    shop_listen: SocketAddr,
    /// Its bounds
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', env = "BEADSBOX_SHOP_LIMITS")]
    shop_limits: Vec<LimitChange>,
}

/// What stands around the process.
#[derive(Args)]
struct Edge {
    /// Networks of proxies that are believed for whom they ask: `10.0.0.0/8,127.0.0.1`; nobody is by default
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', value_parser = network, env = "BEADSBOX_TRUSTED_PROXIES")]
    trusted_proxies: Vec<IpNet>,
    /// Which header they write
    #[arg(long, value_enum, default_value_t, env = "BEADSBOX_FORWARDED_HEADER")]
    forwarded_header: ForwardedHeader,
    /// How long to serve on after `/readyz` began to say no, before it ends; 0 where everything is served at one port, else 10
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=600), env = "BEADSBOX_DRAIN_SECONDS")]
    drain_seconds: Option<u32>,
}

impl Arguments {
    /// What to start.
    pub(super) fn config(self, database_url: &SecretString) -> Result<Config, StartError> {
        let usual = self.work.config(Config::new(database_url.expose_secret(), self.listen));
        let fronts = self.fronts();
        let apart = fronts.iter().all(|front| front.front != Front::All);
        let for_jobs = u32::try_from(self.work.workers).unwrap_or(u32::MAX).saturating_add(OWN_CONNECTIONS);
        let together = fronts.iter().map(|front| front.limits.connections).max().unwrap_or(usual.database_connections);
        let drain = self.edge.drain_seconds.unwrap_or(if apart { DRAIN } else { 0 });
        Ok(Config {
            fronts,
            forwarding: Forwarding { trusted: self.edge.trusted_proxies, header: self.edge.forwarded_header },
            drain: Duration::from_secs(u64::from(drain)),
            // A variable that is set to nothing is not set.
            redis_url: self.redis_url.filter(|url| !url.expose_secret().is_empty()),
            database_connections: if apart { for_jobs } else { together },
            database_read_url: self.database_read_url,
            mail: self.mail.config()?,
            broker: self.broker.config(),
            shop: self.pay.config()?,
            least_client: self.clients.least(),
            desktop_faults: self.clients.faults(),
            ..usual
        })
    }

    fn fronts(&self) -> Vec<FrontConfig> {
        let Ports { api_listen, api_limits, admin_listen, admin_limits, shop_listen, shop_limits } = &self.ports;
        let apart = [
            (self.api, Front::Api, api_listen, api_limits),
            (self.admin, Front::Admin, admin_listen, admin_limits),
            (self.shop, Front::Shop, shop_listen, shop_limits),
        ];
        let together = !apart.iter().any(|(served, ..)| *served);
        let all = [(together, Front::All, &self.listen, &self.limits)];
        let served = apart.into_iter().chain(all).filter(|(served, ..)| *served);
        served
            .map(|(_, front, listen, limits)| FrontConfig { front, listen: *listen, limits: Limits::of(front).with(limits) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        serve: Arguments,
    }

    fn config(arguments: &[&str]) -> Result<Config, String> {
        let parsed = Program::try_parse_from(["serve"].iter().chain(arguments)).map_err(|error| error.to_string())?;
        parsed.serve.config(&SecretString::from("postgres://nowhere")).map_err(|error| error.to_string())
    }

    fn ports(config: &Config) -> Vec<(Front, u16, u32)> {
        config.fronts.iter().map(|front| (front.front, front.listen.port(), front.limits.requests)).collect()
    }

    #[test]
    fn by_default_everything_is_served_where_it_always_was() {
        let config = config(&[]).unwrap();
        assert_eq!(ports(&config), [(Front::All, 8000, 256)]);
        assert_eq!((config.database_connections, config.drain, config.forwarding.trusted.len()), (20, Duration::ZERO, 0));
    }

    #[test]
    fn fronts_have_ports_and_bounds_of_their_own() {
        let config = config(&["--admin", "--shop", "--shop-listen", "127.0.0.1:9002", "--shop-limits", "requests=5,seconds=3"]).unwrap();
        assert_eq!(ports(&config), [(Front::Admin, 8001, 64), (Front::Shop, 9002, 5)]);
        assert_eq!((config.fronts[1].limits.seconds, config.database_connections, config.drain.as_secs()), (3, 8, 10));
    }

    #[test]
    fn what_cannot_hold_is_refused_and_not_left_out() {
        for (arguments, words) in [
            (&["--api", "--listen", "127.0.0.1:1"][..], "cannot be used with"),
            (&["--api", "--limits", "requests=5"][..], "cannot be used with"),
            (&["--limits", "requests=0"][..], "requests is 1 to 100000"),
            (&["--shop", "--shop-limits", "speed=9"][..], "there is no bound \"speed\""),
            (&["--trusted-proxies", "10.0.0.0/8,anybody"][..], "neither a network"),
            (&["--drain-seconds", "601"][..], "601 is not in"),
        ] {
            let error = config(arguments).unwrap_err();
            assert!(error.contains(words), "{arguments:?}: {error}");
        }
    }

    #[test]
    fn bounds_of_the_one_port_are_those_of_its_connections_too() {
        let config = config(&["--limits", "connections=31", "--drain-seconds", "4", "--trusted-proxies", "10.0.0.0/8,::1"]).unwrap();
        assert_eq!((config.database_connections, config.drain.as_secs(), config.forwarding.trusted.len()), (31, 4, 2));
    }
}
