//! A server on a database of its own, and devices with real files, over real HTTP.

pub mod clock;
pub mod link;
pub mod organise;
mod recovery;
pub mod tables;
pub mod victim;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use beadsbox_app::{
    AppError, Program, Seat,
    host::{ASK_LIMIT, Host, KeyFile, SystemRandom},
    view::{EnrolForm, GridMemory, SaleForm, SaleLine, SessionEnd, SignInForm, SoldVoucher, SortKey, StatusBar, VoucherFilters, VoucherPage, VoucherQuery},
};
use beadsbox_domain::{Payment, Role, ShopId, Status};
use beadsbox_protocol::{admin::StaffPatch, rows::Staff};
use beadsbox_server::{CollectorConfig, Config, MailConfig, Profile, RunningWorker, Server, ShopConfig, StripeConfig, organisation};
use beadsbox_testkit::{
    Collector, MailReceiver, StripeProvider, TestDatabase, TestDevice,
    stripe::{SECRET_KEY, WEBHOOK_SECRET},
};
use reqwest::Method;
use sqlx::PgPool;
use tempfile::TempDir;
use uuid::Uuid;

use self::{
    clock::TurnedClock,
    link::{Link, Wire},
};

pub const PASSWORD: &str = "honey and amber 7";
pub const PEOPLE: [(&str, Role); 3] = [("Ada", Role::Admin), ("Bruno", Role::BackOffice), ("Carla", Role::Counter)];

/// The centre: database, server, shops and people.
pub struct Centre {
    database: TestDatabase,
    pool: PgPool,
    shops: HashMap<&'static str, ShopId>,
    pub address: SocketAddr,
    server: Option<beadsbox_server::RunningServer>,
}

impl Centre {
    pub async fn open() -> Self {
        // Shown with a test that fails.
        let _ = tracing_subscriber::fmt().with_test_writer().with_env_filter("warn").try_init();
        let database = TestDatabase::create().await;
        let (pool, mut shops) = (database.pool(), HashMap::new());
        for shop in ["Montmartre", "Marais"] {
            shops.insert(shop, organisation::add_shop(&pool, shop, "Europe/Paris").await.unwrap().id);
        }
        for (name, role) in PEOPLE {
            organisation::add_staff(&pool, name, role, PASSWORD).await.unwrap();
        }
        let server = start(&database.serve_url(), SocketAddr::from(([127, 0, 0, 1], 0))).await;
        Self { database, pool, shops, address: server.address(), server: Some(server) }
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    pub async fn start_again(&mut self) {
        self.server = Some(start(&self.database.serve_url(), self.address).await);
    }

    /// From now on it sends mail.
    pub async fn send_mail_by(&mut self, receiver: &MailReceiver) {
        self.stop().await;
        let mail = MailConfig { smtp_url: receiver.url().into(), from: "My Beads Box <vouchers@example.com>".to_owned() };
        let config = Config { mail: Some(mail), ..Config::new(self.database.serve_url(), self.address) };
        self.server = Some(Server::start(config).await.unwrap());
    }

    /// From now on it sends mail, by a worker of its own, and both give their traces away.
    pub async fn trace_mail(&mut self, receiver: &MailReceiver, collector: &Collector) -> RunningWorker {
        self.stop().await;
        let config = |workers| {
            let mail = MailConfig { smtp_url: receiver.url().into(), from: "My Beads Box <vouchers@example.com>".to_owned() };
            Config { workers, mail: Some(mail), collector: Some(CollectorConfig::new(collector.url())), ..Config::new(self.database.serve_url(), self.address) }
        };
        self.server = Some(Server::start(config(0)).await.unwrap());
        Server::start_worker(config(1)).await.unwrap()
    }

    /// From now on the shop page sells for that shop, and cards are taken by that provider.
    pub async fn take_cards(&mut self, shop: &str, provider: &StripeProvider) {
        self.stop().await;
        let root = format!("http://{}", self.address);
        provider.tell(format!("{root}/vouchers/stripe-events"));
        let stripe = StripeConfig {
            secret_key: SECRET_KEY.to_owned().into(),
            webhook_secret: WEBHOOK_SECRET.to_owned().into(),
            api_url: provider.url().parse().unwrap(),
            checkout_url: provider.url().parse().unwrap(),
        };
        let page = ShopConfig { public_url: Some(root.parse().unwrap()), stripe: Some(stripe), ..ShopConfig::default() };
        let config = Config { shop: page, ..Config::new(self.database.serve_url(), self.address) };
        self.server = Some(Server::start(config).await.unwrap());
        self.open_shop_page(shop).await;
    }

    /// From now on it serves no program below that version.
    pub async fn serve_from(&mut self, version: &str) {
        self.stop().await;
        let config = Config { least_client: Some(version.parse().unwrap()), ..Config::new(self.database.serve_url(), self.address) };
        self.server = Some(Server::start(config).await.unwrap());
    }

    /// From now on it names a place where faults are told.
    pub async fn offer_faults(&mut self, project: &str) {
        self.stop().await;
        let config = Config { desktop_faults: Some(project.to_owned()), ..Config::new(self.database.serve_url(), self.address) };
        self.server = Some(Server::start(config).await.unwrap());
    }

    /// The operation that the server took last.
    pub async fn last_operation(&self) -> beadsbox_domain::OpId {
        let op = sqlx::query_scalar("SELECT op_id FROM operation ORDER BY commit_no DESC LIMIT 1").fetch_one(&self.pool).await.unwrap();
        beadsbox_domain::OpId(op)
    }

    /// A new device of that shop, signed in as that person.
    pub async fn till(&self, shop: &str, person: &str) -> Till {
        self.set_up(Till::new(self.address).await, shop, person).await
    }

    /// One that waits for the server's word as long as a busy machine takes.
    pub async fn patient_till(&self, shop: &str, person: &str) -> Till {
        let till = Till::waiting(self.address, TempDir::new().unwrap(), Duration::from_mins(1)).await;
        self.set_up(till, shop, person).await
    }

    async fn set_up(&self, till: Till, shop: &str, person: &str) -> Till {
        till.enrol(self, shop).await.unwrap();
        till.sign_in(person, PASSWORD).await.unwrap();
        till.sync().await;
        till
    }

    /// Sample data, and so many vouchers in all.
    pub async fn fill(&self, vouchers: u64) {
        let clock = beadsbox_server::Clock::system();
        beadsbox_server::seed::seed(&self.pool, &clock).await.unwrap();
        beadsbox_server::seed::fill(&self.pool, &clock, vouchers).await.unwrap();
    }

    /// The shop page sells for that shop.
    pub async fn open_shop_page(&self, shop: &str) {
        sqlx::query("UPDATE shop_page SET shop_id = $1").bind(self.shops[shop].0).execute(&self.pool).await.unwrap();
    }

    pub async fn code(&self, shop: &str) -> String {
        organisation::add_enrolment_code(&self.pool, self.shops[shop], Profile::Office).await.unwrap().code
    }

    /// An admin bars that person.
    pub async fn bar(&self, name: &str) {
        let base = format!("http://{}", self.address);
        let mut device = TestDevice::enrol(&base, &self.code("Marais").await, "Elsewhere").await.unwrap();
        let session = device.sign_in("Ada", PASSWORD).await.unwrap();
        let staff: Uuid = sqlx::query_scalar("SELECT id FROM staff WHERE name = $1").bind(name).fetch_one(&self.pool).await.unwrap();
        let patch = StaffPatch { active: Some(false), ..StaffPatch::default() };
        let address = format!("/v1/admin/staff/{staff}");
        device.call_as::<Staff>(&session.token, Method::PATCH, &address, Some(&patch)).await.unwrap();
    }

    /// One number from the database.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }
}

async fn start(url: &str, listen: SocketAddr) -> beadsbox_server::RunningServer {
    Server::start(Config::new(url, listen)).await.unwrap()
}

/// A device: its folder, its wire, its clock, and the program on it.
pub struct Till {
    pub folder: TempDir,
    pub link: Link,
    pub clock: Arc<TurnedClock>,
    pub program: Program,
}

impl Till {
    pub async fn new(server: SocketAddr) -> Self {
        Self::in_folder(server, TempDir::new().unwrap()).await
    }

    pub async fn in_folder(server: SocketAddr, folder: TempDir) -> Self {
        Self::waiting(server, folder, ASK_LIMIT).await
    }

    async fn waiting(server: SocketAddr, folder: TempDir, ask_limit: Duration) -> Self {
        let (link, clock) = (Link::to(server).await, Arc::new(TurnedClock::default()));
        let program = Program::new(Host { ask_limit, ..host(folder.path(), &clock) }, "test".to_owned());
        program.start().await;
        Self { folder, link, clock, program }
    }

    pub async fn enrol(&self, centre: &Centre, shop: &str) -> Result<(), AppError> {
        let form = EnrolForm { server: format!("http://{}", self.link.address), code: centre.code(shop).await, device_name: format!("Till {shop}") };
        self.program.enrol(form).await.map(drop)
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Result<(), AppError> {
        self.program.sign_in(SignInForm::new(name, password)).await.map(drop)
    }

    pub fn seat(&self) -> Seat {
        self.program.seat().unwrap()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// Whatever was being recorded by work that nobody waits for any more is done: the next to record waits its turn. A process that is killed
    /// has no such rest; one that goes on within the test's has.
    pub async fn settled(&self) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.seat().remember_grid(GridMemory::default()).await.unwrap();
    }

    /// Ends the program as it stands, and starts it again on the same files; nobody is signed in then.
    pub async fn restart(&mut self) {
        self.program.close();
        // Whatever still runs holds the files' lock for a moment.
        self.program = program(self.folder.path(), &self.clock);
        for _ in 0..100 {
            self.program.start().await;
            if self.program.state().await.problem.is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn go_offline(&self) {
        self.link.set(Wire::Cut);
        self.until("offline", |status| !status.online).await;
    }

    pub async fn come_back(&self) {
        self.link.set(Wire::Whole);
        self.sync().await;
    }

    /// Everything sent and taken, also where the screens are locked.
    pub async fn sync(&self) -> StatusBar {
        let seat = self.program.seat_behind_lock().unwrap();
        for _ in 0..50 {
            if let Ok(status) = seat.sync_now().await {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the device does not sync: {:?}", seat.status_bar().await);
    }

    pub async fn until(&self, what: &str, seen: impl Fn(&StatusBar) -> bool) {
        let seat = self.program.seat_behind_lock().unwrap();
        for _ in 0..400 {
            if seen(&seat.status_bar().await.unwrap()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("never {what}: {:?}", seat.status_bar().await);
    }

    pub async fn sell(&self, buyer: &str) -> SoldVoucher {
        self.try_to_sell(buyer).await.unwrap()
    }

    /// Waits until what an admin did has ended the work of whoever was let in here.
    pub async fn ended(&self) -> SessionEnd {
        for _ in 0..400 {
            if let Some(end) = self.program.session_view().unwrap().ended {
                return end;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it goes on: {:?}", self.program.session_view());
    }

    pub async fn try_to_sell(&self, buyer: &str) -> Result<SoldVoucher, AppError> {
        let form = self.sale(buyer, 1).await;
        Ok(self.seat().sell(form).await?.vouchers.remove(0))
    }

    /// So many vouchers of the cheapest template.
    pub async fn sale(&self, buyer: &str, quantity: u32) -> SaleForm {
        let card = self.seat().sale_choices().await.unwrap().templates.into_iter().min_by_key(|card| card.price.minor).unwrap();
        let line = SaleLine { template_id: card.id, quantity, recipient: String::new(), message: String::new() };
        SaleForm { lines: vec![line], buyer: buyer.to_owned(), email: String::new(), mail: None, payment: Payment::Cash, this_shop_only: false }
    }

    pub async fn page(&self, search: &str) -> VoucherPage {
        let query =
            VoucherQuery { search: search.to_owned(), filters: VoucherFilters::default(), sort: SortKey::SoldAt, descending: true, after: None, limit: 500 };
        self.seat().voucher_page(query).await.unwrap()
    }

    pub async fn status_of(&self, code: &str) -> Status {
        self.page(code).await.rows.first().unwrap().status
    }
}

/// The program on the files in that folder.
pub fn program(folder: &Path, clock: &Arc<TurnedClock>) -> Program {
    Program::new(host(folder, clock), "test".to_owned())
}

fn host(folder: &Path, clock: &Arc<TurnedClock>) -> Host {
    Host {
        clock: Arc::clone(clock) as _,
        random: Arc::new(SystemRandom),
        secrets: Arc::new(KeyFile::new(folder.join("keys"))),
        data_dir: folder.join("data"),
        ca_file: None,
        ask_limit: ASK_LIMIT,
    }
}
