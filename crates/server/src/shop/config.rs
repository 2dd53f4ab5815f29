//! What the shop page is started with.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::error::StartError;

/// How the shop page is reached and paid.
#[derive(Debug, Clone)]
pub struct ShopConfig {
    /// Where people's browsers reach this server: `https://shop.example.com`. Needed where people pay on a provider's page, which sends them back.
    pub public_url: Option<Url>,
    /// By which account cards are charged; none where everything is paid at a counter.
    pub stripe: Option<StripeConfig>,
    /// Who sends a form sooner than so after they got it is asked to send it again: a program, nearly always.
    pub least_fill: Duration,
}

/// An account at Stripe.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// `sk_live_…`, or a restricted key that may write and read Checkout sessions.
    pub secret_key: SecretString,
    /// `whsec_…`: signs what the provider tells.
    pub webhook_secret: SecretString,
    /// The root of its API.
    pub api_url: Url,
    /// Where its payment page is; another one where the account has a domain of its own.
    pub checkout_url: Url,
}

impl Default for ShopConfig {
    fn default() -> Self {
        Self { public_url: None, stripe: None, least_fill: Duration::from_secs(2) }
    }
}

impl ShopConfig {
    /// Checks what can be checked without asking anybody. What is wrong is told without the keys.
    pub(super) fn check(&self) -> Result<(), StartError> {
        let refused = |detail: &str| Err(StartError::Refused(format!("the shop page: {detail}")));
        if self.public_url.as_ref().is_some_and(|url| !is_root(url)) {
            return refused("its public address is a root such as https://shop.example.com");
        }
        let Some(stripe) = &self.stripe else { return Ok(()) };
        if self.public_url.is_none() {
            return refused("with Stripe it needs its public address: set SHOP_PUBLIC_URL");
        }
        for url in [&stripe.api_url, &stripe.checkout_url] {
            if !is_root(url) || !(url.scheme() == "https" || is_this_machine(url)) {
                return refused("Stripe is reached by https://, or on this machine");
            }
        }
        Ok(())
    }

    /// Whether browsers come by TLS: their cookies then never travel without.
    pub(super) fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Where else a form may lead: to the payment page.
    pub(super) fn checkout_origin(&self) -> Option<String> {
        self.stripe.as_ref().map(|stripe| stripe.checkout_url.origin().ascii_serialization())
    }
}

fn is_root(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http") && url.host().is_some() && url.path() == "/" && url.query().is_none() && url.username().is_empty()
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn check(public: Option<&str>, api: Option<&str>) -> Result<(), StartError> {
        let stripe = api.map(|api| StripeConfig {
            secret_key: "sk_test_secret".to_owned().into(),
            webhook_secret: "whsec_secret".to_owned().into(),
            api_url: Url::parse(api).unwrap(),
            checkout_url: Url::parse("https://checkout.stripe.com").unwrap(),
        });
        ShopConfig { public_url: public.map(|url| Url::parse(url).unwrap()), stripe, ..ShopConfig::default() }.check()
    }

    #[rstest]
    #[case(None, None)]
    #[case(Some("https://shop.example.com"), None)]
    #[case(Some("https://shop.example.com"), Some("https://api.stripe.com"))]
    #[case(Some("http://127.0.0.1:8000"), Some("http://127.0.0.1:9000"))]
    fn what_is_taken(#[case] public: Option<&str>, #[case] api: Option<&str>) {
        assert!(check(public, api).is_ok());
    }

    #[rstest]
    #[case(None, Some("https://api.stripe.com"))]
    #[case(Some("https://shop.example.com/vouchers"), None)]
    #[case(Some("ftp://shop.example.com"), None)]
    #[case(Some("https://shop.example.com"), Some("http://api.stripe.com"))]
    #[case(Some("https://shop.example.com"), Some("https://name:secret@api.stripe.com"))]
    fn what_is_not_taken(#[case] public: Option<&str>, #[case] api: Option<&str>) {
        let Err(error) = check(public, api) else { panic!("{public:?} {api:?} was taken") };
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
