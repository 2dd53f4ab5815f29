//! What is asked of Stripe.

use std::{fmt::Write as _, time::Duration};

use beadsbox_documents::Language;
use beadsbox_domain::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::time::sleep;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::{
    error::StartError,
    shop::{StripeConfig, order::LAST_CALL},
};

/// The version of the API that the messages here are of.
const VERSION: &str = "2024-06-20";
const CONNECT_LIMIT: Duration = Duration::from_secs(4);
const REQUEST_LIMIT: Duration = Duration::from_secs(12);
/// How often a page is asked for that somebody else is just being given, and how long after.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// No session is longer.
const MOST_ANSWER_BYTES: usize = 256 * 1024;

/// An account at Stripe.
pub(in crate::shop) struct Stripe {
    client: reqwest::Client,
    pub(super) config: StripeConfig,
}

/// Why Stripe did not do what it was asked for. It never holds a key or anybody's data.
#[derive(Debug, thiserror::Error)]
pub(in crate::shop) enum StripeError {
    /// It cannot be reached, or says nothing.
    #[error("Stripe cannot be reached: {0}")]
    Unreachable(reqwest::Error),
    /// It says no.
    #[error("Stripe answers {status}: {code}")]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// Its own code, where it names one.
        code: String,
    },
    /// It says something that is not in its documentation.
    #[error("Stripe is not understood: {0}")]
    NotUnderstood(&'static str),
    /// There is no time left for a payment page.
    #[error("the order ends too soon for a payment page")]
    TooLate,
}

impl StripeError {
    /// Whether it would say the same if it were asked again at once.
    pub fn is_final(&self) -> bool {
        let is_refused = matches!(self, Self::Refused { status: 300..=499, .. }) && !self.is(429, "") && !self.is(409, "");
        is_refused || matches!(self, Self::NotUnderstood(_))
    }

    /// Whether it refused with that status and, if one is given, that code.
    fn is(&self, wanted: u16, with: &str) -> bool {
        matches!(self, Self::Refused { status, code } if *status == wanted && (with.is_empty() || code == with))
    }
}

/// A payment page that is to be made.
pub(in crate::shop) struct Checkout<'a> {
    pub order: Uuid,
    pub title: &'a str,
    /// As Stripe counts it.
    pub amount: i64,
    pub currency: &'a str,
    pub email: Option<&'a str>,
    pub language: Language,
    pub ends_at: Timestamp,
    /// Where the buyer comes back to, paid or not.
    pub back_to: &'a Url,
}

/// A payment page, as Stripe says that it stands.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::shop) struct Session {
    pub id: String,
    #[serde(default)]
    pub url: Option<String>,
    /// `open`, `complete` or `expired`.
    #[serde(default)]
    pub status: Option<String>,
    /// `paid`, `unpaid` or `no_payment_required`.
    pub payment_status: String,
    #[serde(default)]
    pub amount_total: Option<i64>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub client_reference_id: Option<String>,
    #[serde(default)]
    pub payment_intent: Option<String>,
}

#[derive(Deserialize)]
struct Told {
    error: ToldError,
}

#[derive(Deserialize)]
struct ToldError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl Stripe {
    /// Nothing is sent yet.
    pub fn new(config: &StripeConfig) -> Result<Self, StartError> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(REQUEST_LIMIT)
            // A redirect would carry the key elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("MyBeadsBox/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| StartError::Refused(format!("the HTTP client: {error}")))?;
        Ok(Self { client, config: config.clone() })
    }

    /// Makes the order's payment page, or gives the one that was made before: the order is the key of the request.
    pub async fn begin(&self, checkout: &Checkout<'_>, now: Timestamp) -> Result<Session, StripeError> {
        if checkout.ends_at.duration_since(now) < LAST_CALL {
            return Err(StripeError::TooLate);
        }
        match self.make(checkout, "", checkout.email).await {
            // It takes fewer addresses than mail does. The buyer types one there.
            Err(error) if error.is(400, "email_invalid") && checkout.email.is_some() => self.make(checkout, "-without-address", None).await,
            made => made,
        }
    }

    async fn make(&self, checkout: &Checkout<'_>, mark: &str, email: Option<&str>) -> Result<Session, StripeError> {
        for _ in 1..TRIES {
            match self.make_once(checkout, mark, email).await {
                // Somebody who clicked twice: the first request is still being answered.
                Err(error) if error.is(409, "") => sleep(PAUSE).await,
                made => return made,
            }
        }
        self.make_once(checkout, mark, email).await
    }

    async fn make_once(&self, checkout: &Checkout<'_>, mark: &str, email: Option<&str>) -> Result<Session, StripeError> {
        let request = self.request(reqwest::Method::POST, "v1/checkout/sessions")?;
        let request = request
            .header("Idempotency-Key", format!("beadsbox-order-{}{mark}", checkout.order))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(checkout.form(email));
        understood(request).await
    }

    /// Where that payment page is.
    pub fn page(&self, session: &Session) -> Result<Url, StripeError> {
        let url = session.url.as_deref().and_then(|url| Url::parse(url).ok());
        let url = url.ok_or(StripeError::NotUnderstood("a session without an address"))?;
        if url.origin() != self.config.checkout_url.origin() {
            return Err(StripeError::NotUnderstood("a payment page at another address than the account's"));
        }
        Ok(url)
    }

    /// How a payment page stands.
    pub async fn session(&self, id: &str) -> Result<Session, StripeError> {
        let mut path = "v1/checkout/sessions/".to_owned();
        // Into one part of the path, whatever it says.
        for byte in id.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                path.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(path, "%{byte:02X}");
            }
        }
        understood(self.request(reqwest::Method::GET, &path)?).await
    }

    fn request(&self, method: reqwest::Method, path: &str) -> Result<reqwest::RequestBuilder, StripeError> {
        let url = self.config.api_url.join(path).map_err(|_| StripeError::NotUnderstood("its own address"))?;
        Ok(self.client.request(method, url).bearer_auth(self.config.secret_key.expose_secret()).header("Stripe-Version", VERSION))
    }
}

impl Checkout<'_> {
    fn form(&self, email: Option<&str>) -> String {
        let (order, back) = (self.order.to_string(), self.back_to.as_str());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("mode", "payment")
            .append_pair("client_reference_id", &order)
            .append_pair("metadata[order]", &order)
            .append_pair("payment_intent_data[metadata][order]", &order)
            .append_pair("line_items[0][quantity]", "1")
            .append_pair("line_items[0][price_data][currency]", &self.currency.to_ascii_lowercase())
            .append_pair("line_items[0][price_data][unit_amount]", &self.amount.to_string())
            .append_pair("line_items[0][price_data][product_data][name]", self.title)
            .append_pair("locale", self.language.code())
            .append_pair("expires_at", &self.ends_at.as_second().to_string())
            .append_pair("success_url", back)
            .append_pair("cancel_url", back);
        if let Some(email) = email {
            form.append_pair("customer_email", email);
        }
        form.finish()
    }
}

async fn understood(request: reqwest::RequestBuilder) -> Result<Session, StripeError> {
    let unreachable = |error: reqwest::Error| StripeError::Unreachable(error.without_url());
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_ANSWER_BYTES {
            return Err(StripeError::NotUnderstood("the answer is too large"));
        }
    }
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|_| StripeError::NotUnderstood("the answer is no session"));
    }
    // Its message may repeat what it was sent: only its codes are kept.
    let told: Option<Told> = serde_json::from_slice(&body).ok();
    let code = told
        .and_then(|told| told.error.code.or(told.error.kind))
        .filter(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    Err(StripeError::Refused { status: status.as_u16(), code: code.unwrap_or_default() })
}
