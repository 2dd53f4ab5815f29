//! How the shop page is reached and paid, for the subcommands that serve it.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{ShopConfig, StripeConfig, error::StartError};

/// The public address, and the account at Stripe.
#[derive(clap::Args)]
// A name of its own beside those for mail.
#[group(id = "pay")]
pub(super) struct PaymentArguments {
    /// Where people's browsers reach this server: `https://shop.example.com`; needed with Stripe
    #[arg(long, env = "SHOP_PUBLIC_URL")]
    shop_public_url: Option<String>,
    /// The key of the account at Stripe; without one vouchers are paid in the shop
    #[arg(long, env = "STRIPE_SECRET_KEY", hide_env_values = true)]
    stripe_secret_key: Option<SecretString>,
    /// The secret with which Stripe signs what it tells `/vouchers/stripe-events`
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true)]
    stripe_webhook_secret: Option<SecretString>,
    /// The root of Stripe's API
    #[arg(long, env = "STRIPE_API_URL", default_value = "https://api.stripe.com")]
    stripe_api_url: String,
    /// Where Stripe's payment page is; another one where the account has a domain of its own
    #[arg(long, env = "STRIPE_CHECKOUT_URL", default_value = "https://checkout.stripe.com")]
    stripe_checkout_url: String,
}

impl PaymentArguments {
    pub(super) fn config(&self) -> Result<ShopConfig, StartError> {
        let address = |name: &str, text: &str| Url::parse(text).map_err(|_| StartError::Refused(format!("the shop page: {name} is no address")));
        // A variable that is set to nothing is not set.
        let public_url = self.shop_public_url.as_deref().filter(|url| !url.is_empty());
        let set = |secret: &Option<SecretString>| secret.clone().filter(|secret| !secret.expose_secret().is_empty());
        let stripe = match (set(&self.stripe_secret_key), set(&self.stripe_webhook_secret)) {
            (Some(secret_key), Some(webhook_secret)) => Some(StripeConfig {
                secret_key,
                webhook_secret,
                api_url: address("STRIPE_API_URL", &self.stripe_api_url)?,
                checkout_url: address("STRIPE_CHECKOUT_URL", &self.stripe_checkout_url)?,
            }),
            (None, None) => None,
            _ => return Err(StartError::Refused("the shop page: Stripe needs both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET".to_owned())),
        };
        Ok(ShopConfig { public_url: public_url.map(|url| address("SHOP_PUBLIC_URL", url)).transpose()?, stripe, ..ShopConfig::default() })
    }
}
