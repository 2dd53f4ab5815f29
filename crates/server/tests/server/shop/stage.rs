//! A shop page that is open, with a mail server and a payment provider, and browsers to look at it.

use beadsbox_server::{Config, Front, FrontConfig, MailConfig, Profile, RunningServer, Server, ShopConfig, StripeConfig};
use beadsbox_testkit::{
    MailReceiver, ServerLog, ServerProcess, ServerProgram, StripeProvider,
    fixtures::INTRODUCTION,
    free_port,
    stripe::{SECRET_KEY, WEBHOOK_SECRET, signature},
};
use jiff::SignedDuration;
use reqwest::{Client, StatusCode, header, redirect::Policy};

use crate::support::{Stage, config};

pub struct ShopStage {
    pub stage: Stage,
    pub receiver: MailReceiver,
    pub provider: StripeProvider,
    /// Where spans go.
    pub collector: Option<beadsbox_server::CollectorConfig>,
}

impl ShopStage {
    pub async fn new() -> Self {
        let (mut stage, receiver, provider) = (Stage::new().await, MailReceiver::start().await.unwrap(), StripeProvider::start().await.unwrap());
        open_page(&stage).await;
        stage.stop().await;
        let mut stage = Self { stage, receiver, provider, collector: None };
        stage.start().await;
        stage
    }

    /// Starts the server, at an address of its own.
    pub async fn start(&mut self) {
        let server = self.another_server().await;
        self.stage.base = server.url();
        self.provider.tell(format!("{}/vouchers/stripe-events", server.url()));
        self.stage.server = Some(server);
    }

    /// Another process on the same database.
    pub async fn another_server(&self) -> RunningServer {
        let port = free_port().unwrap();
        let stripe = StripeConfig {
            secret_key: SECRET_KEY.to_owned().into(),
            webhook_secret: WEBHOOK_SECRET.to_owned().into(),
            api_url: self.provider.url().parse().unwrap(),
            checkout_url: self.provider.url().parse().unwrap(),
        };
        let shop = ShopConfig { public_url: Some(format!("http://127.0.0.1:{port}").parse().unwrap()), stripe: Some(stripe), ..ShopConfig::default() };
        let mail = MailConfig { smtp_url: self.receiver.url().into(), from: "My Beads Box <vouchers@example.com>".to_owned() };
        let listen = format!("127.0.0.1:{port}").parse().unwrap();
        let fronts = vec![FrontConfig::new(Front::All, listen)];
        Server::start(Config { shop, mail: Some(mail), fronts, collector: self.collector.clone(), ..config(&self.stage.database, &self.stage.clock) })
            .await
            .unwrap()
    }

    /// The program as a process of its own on the same database, with the same account at the provider.
    pub async fn program(&self) -> ServerProcess {
        let program = ServerProgram::new(env!("CARGO_BIN_EXE_beadsbox-server"), &self.stage.database);
        let mut program = program.server(ServerLog::WithTheTest).unwrap();
        let url = program.url();
        for (name, value) in [
            ("SHOP_PUBLIC_URL", url.as_str()),
            ("STRIPE_SECRET_KEY", SECRET_KEY),
            ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("STRIPE_API_URL", self.provider.url()),
            ("STRIPE_CHECKOUT_URL", self.provider.url()),
        ] {
            program.set(name, value);
        }
        program.up().await.unwrap();
        program
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.stage.base)
    }

    /// Somebody fills in the form and sends it, as slowly as a person does. Where it leads.
    pub async fn order(&self, browser: &mut Browser, payment: &str) -> Page {
        let form = browser.form(&self.stage).await;
        browser.send(&fields(&form, payment)).await
    }

    /// The same, paid by card: the session of its payment page, and the order's own page.
    pub async fn order_by_card(&self, browser: &mut Browser) -> (beadsbox_testkit::stripe::PaidSession, String) {
        let page = self.order(browser, "card").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        let session = self.provider.sessions().into_iter().find(|session| session.url == page.location).unwrap();
        // Its page in the order's language.
        let back = session.get("success_url").split('?').next().unwrap_or_default().to_owned();
        (session, back)
    }

    /// Tells the shop of an event, as the provider does.
    pub async fn tell(&self, base: &str, body: &str) -> StatusCode {
        let signed = signature(body, WEBHOOK_SECRET, self.stage.clock.now().as_second());
        tell(base, body, &signed).await
    }

    pub async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(&self.stage.pool).await.unwrap()
    }

    /// What the books and the vouchers' table say: how many vouchers, and how many sales were taken.
    pub async fn sold(&self) -> (i64, i64) {
        let vouchers = self.stage.count("SELECT count(*) FROM voucher").await;
        let sales = self.stage.count("SELECT count(*) FROM ledger_entry WHERE kind = 'sold'").await;
        (vouchers, sales)
    }
}

/// Opens the page for the shop of the stage.
pub async fn open_page(stage: &Stage) {
    sqlx::query("UPDATE shop_page SET shop_id = $1").bind(stage.shop.id.0).execute(&stage.pool).await.unwrap();
}

pub async fn tell(base: &str, body: &str, signed: &str) -> StatusCode {
    let request = Client::new().post(format!("{base}/vouchers/stripe-events")).header("stripe-signature", signed).body(body.to_owned());
    request.send().await.unwrap().status()
}

/// What a person types, as a browser sends it.
pub fn fields(form: &str, payment: &str) -> Vec<(&'static str, String)> {
    vec![
        ("form", form.to_owned()),
        ("buyer", "Léa Dubois".to_owned()),
        ("email", "lea@example.org".to_owned()),
        ("recipient", "Aunt Odile".to_owned()),
        ("message", "Happy birthday!\r\nWe hope you like beads.".to_owned()),
        ("payment", payment.to_owned()),
        ("website", String::new()),
    ]
}

/// The same with another value for one field.
pub fn with(mut fields: Vec<(&'static str, String)>, name: &str, value: &str) -> Vec<(&'static str, String)> {
    for field in &mut fields {
        if field.0 == name {
            value.clone_into(&mut field.1);
        }
    }
    fields
}

#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Page {
    /// What stands between these two texts.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.text.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.text));
        rest.split_once(after).unwrap().0
    }
}

pub struct Browser {
    client: Client,
    pub base: String,
    pub cookie: Option<String>,
    pub language: &'static str,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, base: base.to_owned(), cookie: None, language: "en" }
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    pub async fn ask(&mut self, request: reqwest::RequestBuilder) -> Page {
        let mut request = request.header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(set) = headers.get(header::SET_COOKIE) {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let location = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        Page { status, location, headers, text: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned() }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(self.address(path));
        self.ask(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, String)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(self.address(path)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        self.ask(request).await
    }

    pub fn request(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(self.address(path))
    }

    /// A form, and the time that a person takes for it.
    pub async fn form(&mut self, stage: &Stage) -> String {
        let page = self.get(&form_path()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        stage.clock.advance(SignedDuration::from_secs(10));
        page.between("name=\"form\" value=\"", "\"").to_owned()
    }

    pub async fn send(&mut self, fields: &[(&str, String)]) -> Page {
        self.post(&order_path(), fields).await
    }
}

pub fn form_path() -> String {
    format!("/vouchers/buy/{INTRODUCTION}")
}

/// Where the form goes.
pub fn order_path() -> String {
    format!("{}/order", form_path())
}

/// A till of the shop, with somebody at it.
pub async fn till(stage: &Stage, name: &str) -> (beadsbox_testkit::TestDevice, beadsbox_testkit::Session) {
    let mut device = stage.device_with_profile(name, Profile::Counter).await;
    stage.staff(name, beadsbox_domain::Role::Counter).await;
    let session = device.sign_in(name, crate::support::PASSWORD).await.unwrap();
    device.pull().await.unwrap();
    (device, session)
}
