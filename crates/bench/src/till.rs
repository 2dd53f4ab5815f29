//! A device without its windows: the program's own files, replica, syncer and transport.

use std::{fs, path::Path, sync::Arc, time::Instant};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_app::{
    StoreReplica,
    host::{ASK_LIMIT, Host, KeyFile, SystemClock, SystemRandom},
};
use beadsbox_domain::{OpId, Operation, Payment, Person, RedeemMode, ShopId, StaffId, Template, Timestamp, VoucherCode, VoucherId, text::PersonName};
use beadsbox_protocol::{
    enrol::{EnrolRequest, proof_message},
    person::SaltedPerson,
};
use beadsbox_store::{Enrolment, NewOperation, Store, StoreError, StoreKeys, StorePaths};
use beadsbox_sync::{HttpServer, ServerAddress, Syncer};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::centre::peak_kib;

/// What a device's process tells at its end; the peers' programs tell the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// How long the measured part took.
    pub seconds: f64,
    /// How many rows or operations it moved.
    pub rows: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
    /// The most memory that the process ever had in use, in KiB.
    pub peak_kib: u64,
    /// How long it took until the search index held them too, where that comes later.
    #[serde(default)]
    pub searchable_seconds: Option<f64>,
}

/// The device.
pub struct Till {
    /// Its files.
    pub store: Arc<Store>,
    /// The way to the server.
    pub server: HttpServer,
    /// What sends and takes.
    pub syncer: Arc<Syncer<StoreReplica, HttpServer>>,
    /// Where it stands.
    pub shop: ShopId,
}

impl Till {
    /// The device in that folder; it is enrolled with the code where it is new.
    pub async fn open(folder: &Path, url: &str, code: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let (store, _) = Store::open(&StorePaths::in_folder(folder), &StoreKeys { outbox: [1; 32], cache: [2; 32] })?;
        let store = Arc::new(store);
        let server = HttpServer::new(ServerAddress::parse(url)?, None)?;
        let secret = folder.join("bench.key");
        let (key, token) = if let Ok(text) = fs::read_to_string(&secret) {
            let (seed, token) = text.split_once(' ').context("the device's key file")?;
            (SigningKey::from_bytes(&hex::decode(seed)?.try_into().ok().context("the device's key")?), token.to_owned())
        } else {
            let key = SigningKey::from_bytes(&beadsbox_testkit::fixtures::random());
            let token = enrol(&store, &server, &key, code).await?;
            fs::write(&secret, format!("{} {token}", hex::encode(key.to_bytes())))?;
            (key, token)
        };
        let shop = store.enrolment()?.context("not enrolled")?.shop;
        let server = server.with_token(token.clone());
        let replica = StoreReplica::new(host(folder), Arc::clone(&store), key, token);
        Ok(Self { store, syncer: Syncer::new(replica, server.clone()), server, shop })
    }

    /// Sends all that waits and takes all that is new.
    pub async fn sync(&self) -> anyhow::Result<()> {
        Ok(self.syncer.sync_now().await?)
    }

    /// How many vouchers it holds.
    pub fn vouchers(&self) -> anyhow::Result<u64> {
        Ok(self.store.view()?.templates(true)?.iter().map(|template| template.sold).sum())
    }

    /// A redemption of that voucher.
    pub fn redemption(&self, staff: StaffId, voucher: VoucherId, mode: RedeemMode) -> NewOperation {
        self.operation(staff, Operation::redeem(voucher, mode), None)
    }

    /// Redeems, with the check that the till makes before it commits.
    pub fn redeem(&self, staff: StaffId, code: VoucherCode, mode: RedeemMode) -> anyhow::Result<VoucherId> {
        let voucher = self.store.view()?.voucher_by_code(code)?.context("no voucher of that code")?.voucher.id;
        let new = self.redemption(staff, voucher, mode);
        self.store.record(move |view| view.foretell(&new).map(|_| new)).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(voucher)
    }

    /// Records so many sales, some hundred a commit: only what comes after is measured.
    pub fn record_sales(&self, staff: StaffId, count: u64) -> anyhow::Result<()> {
        let templates = self.store.view()?.templates(false)?;
        let numbers: Vec<u64> = (0..count).collect();
        for numbers in numbers.chunks(250) {
            let sales = numbers.iter().map(|number| {
                let place = usize::try_from(*number)? % templates.len().max(1);
                self.sale(staff, *number, &templates.get(place).context("no template")?.template)
            });
            let sales: Vec<NewOperation> = sales.collect::<anyhow::Result<_>>()?;
            self.store.record_all(move |_| Ok::<_, StoreError>(sales)).map_err(|error| anyhow::anyhow!("{error}"))?;
        }
        Ok(())
    }

    fn sale(&self, staff: StaffId, number: u64, template: &Template) -> anyhow::Result<NewOperation> {
        let person = Person { buyer: PersonName::new(&format!("Buyer {number}"))?, email: None, recipient: None, message: None };
        let person = SaltedPerson::new(&person, beadsbox_testkit::fixtures::random())?;
        let operation = Operation::Sell {
            voucher: VoucherId(Uuid::now_v7()),
            code: beadsbox_testkit::fixtures::code(),
            template: template.id,
            template_version: template.version,
            snapshot: template.content.clone(),
            person: person.hash()?,
            payment: Payment::Cash,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: None,
            mail: None,
        };
        Ok(self.operation(staff, operation, Some(person)))
    }

    fn operation(&self, staff: StaffId, operation: Operation, person: Option<SaltedPerson>) -> NewOperation {
        let at = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or(Timestamp::UNIX_EPOCH);
        NewOperation { op: OpId(Uuid::now_v7()), at, staff, shop: self.shop, online: false, clock_right: true, operation, person }
    }
}

async fn enrol(store: &Store, server: &HttpServer, key: &SigningKey, code: &str) -> anyhow::Result<String> {
    let request = EnrolRequest {
        code: code.to_owned(),
        name: "Bench".to_owned(),
        public_key: hex::encode(key.verifying_key().as_bytes()),
        proof: BASE64.encode(key.sign(&proof_message(code)).to_bytes()),
    };
    let response = server.enrol(&request).await?;
    let token = response.token.clone();
    let enrolment = Enrolment::answered(response, request.name, server.address().to_string(), key.verifying_key().to_bytes());
    store.enrol(&enrolment.context("the server's key is not a key")?)?;
    Ok(token)
}

/// What the program asks of its machine, with everything in that folder.
pub(crate) fn host(folder: &Path) -> Host {
    Host {
        clock: Arc::new(SystemClock::default()),
        random: Arc::new(SystemRandom),
        secrets: Arc::new(KeyFile::new(folder.join("keys"))),
        data_dir: folder.to_owned(),
        ca_file: None,
        ask_limit: ASK_LIMIT,
    }
}

/// Takes all that is new, in a process of its own.
pub async fn take(folder: &Path, url: &str, code: &str) -> anyhow::Result<Finished> {
    let till = Till::open(folder, url, code).await?;
    let before = till.vouchers()?;
    let begun = Instant::now();
    till.sync().await?;
    let seconds = begun.elapsed().as_secs_f64();
    // The program does this in the background, with pauses for whoever works meanwhile.
    while till.store.build_search_text()? {}
    let searchable_seconds = Some(begun.elapsed().as_secs_f64());
    Ok(Finished { seconds, rows: till.vouchers()? - before, stopped: false, peak_kib: peak_kib("self")?, searchable_seconds })
}

/// Records so many sales, then sends them, in a process of its own.
pub async fn send(folder: &Path, url: &str, code: &str, staff: StaffId, sales: u64) -> anyhow::Result<Finished> {
    let till = Till::open(folder, url, code).await?;
    till.sync().await?;
    till.record_sales(staff, sales)?;
    let begun = Instant::now();
    let rows = till.syncer.send_now().await?;
    Ok(Finished { seconds: begun.elapsed().as_secs_f64(), rows, stopped: false, peak_kib: peak_kib("self")?, searchable_seconds: None })
}
