//! What each process is told of the parts around it, by its environment: as `deploy/ansible` tells it.

use beadsbox_testkit::{
    BrokerProcess, MailReceiver, RedisProcess, StripeProvider,
    stripe::{SECRET_KEY, WEBHOOK_SECRET},
};

use super::Database;

/// A variable of a process's environment, and its value.
pub(super) type Variable = (&'static str, String);

/// The parts that others are told of.
pub(super) struct Surroundings<'a> {
    pub mails: &'a MailReceiver,
    pub broker: &'a BrokerProcess,
    pub redis: &'a RedisProcess,
    pub database: &'a Database,
    pub provider: &'a StripeProvider,
    /// Where people's browsers find the shop page, without a slash at the end.
    pub root: &'a str,
}

impl Surroundings<'_> {
    /// What the worker is told.
    pub fn of_worker(&self) -> Vec<Variable> {
        vec![("SMTP_URL", self.mails.url()), ("MAIL_FROM", "My Beads Box <vouchers@example.com>".to_owned()), ("BROKER_URL", self.broker.url())]
    }

    /// What a process of that front is told.
    pub fn of_front(&self, front: &str) -> Vec<Variable> {
        let mut variables = self.of_worker();
        variables.extend([
            ("REDIS_URL", self.redis.url()),
            ("DATABASE_READ_URL", self.database.read_url()),
            ("BEADSBOX_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("BEADSBOX_DRAIN_SECONDS", "0".to_owned()),
            ("BEADSBOX_WORKERS", "0".to_owned()),
        ]);
        if front == "shop" {
            // Nobody else needs the keys.
            variables.extend([
                ("SHOP_PUBLIC_URL", self.root.to_owned()),
                ("STRIPE_SECRET_KEY", SECRET_KEY.to_owned()),
                ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
                ("STRIPE_API_URL", self.provider.url().to_owned()),
                ("STRIPE_CHECKOUT_URL", self.provider.url().to_owned()),
            ]);
        }
        variables
    }
}
