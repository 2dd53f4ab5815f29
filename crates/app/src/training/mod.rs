//! Training: a device of its own for as long as somebody practises. It has no server, its files are new and under keys that are kept nowhere, and its
//! vouchers are made up. Nothing of it can reach the books: no server knows its key, and no code of its vouchers is one that is ever sold.

mod stock;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    Profile,
    pull::{ChangesPage, Cursor},
    rows::Row,
};
use beadsbox_store::{Enrolment, Store, StoreKeys, StorePaths};
use beadsbox_sync::Replica as _;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::{
    device::{Device, Parts},
    error::{AppError, AppResult},
    host::{Host, Secrets, SecretsError},
    usecase::printing::PRINTER,
};

/// Beside the real files, and never one of them.
const FOLDER: &str = "training";

/// Where the files of training are, while there are any.
pub(crate) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join(FOLDER)
}

/// Deletes what a training left. Without its keys nobody could read it, also where it stays.
pub(crate) fn sweep(data_dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder(data_dir)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        swept => swept,
    }
}

/// A device to practise on, that looks like the real one: the same shop, people, policy and templates.
pub(crate) async fn open(real: &Arc<Device>) -> AppResult<Arc<Device>> {
    let host = Host { data_dir: folder(&real.host.data_dir), secrets: Arc::new(Forgetful), ..real.host.clone() };
    let key = SigningKey::from_bytes(&Zeroizing::new(host.random_bytes()));
    let enrolment = enrolment(&host, real, &key);
    let now = host.clock.now();
    let made = {
        let (host, enrolment, real_folder) = (host.clone(), enrolment.clone(), real.host.data_dir.clone());
        move |store: &Store| {
            let (rows, codes) = stock::rows(&host, &store.view()?, &enrolment)?;
            // Paper comes out of the printer that this till has.
            let printer = store.preference(PRINTER)?;
            // Whatever an earlier training left would be under other keys.
            sweep(&real_folder).map_err(|error| AppError::disk(&error))?;
            Ok((make_store(&host, &enrolment, rows, printer, now)?, codes))
        }
    };
    let (store, codes) = real.files(made).await?;
    let device = Device::open_alone(Parts { host, store, enrolment, place: real.place(), key, training: Some(codes) })?;
    // Its clock is the only one that it has.
    device.syncer.replica().contacted(now).await;
    Ok(device)
}

fn enrolment(host: &Host, real: &Device, key: &SigningKey) -> Enrolment {
    let nobody = SigningKey::from_bytes(&Zeroizing::new(host.random_bytes()));
    let place = real.place();
    Enrolment {
        name: place.name,
        shop: place.shop,
        shop_name: place.shop_name,
        device: DeviceId(host.new_id()),
        incarnation: 1,
        epoch: host.new_id(),
        // The key of a server that there is not: whoever had its other half forgot it here.
        server_public_key: nobody.verifying_key().to_bytes(),
        certificate: String::new(),
        public_key: key.verifying_key().to_bytes(),
        profile: Some(Profile::Counter),
        ..real.enrolment.clone()
    }
}

fn make_store(host: &Host, enrolment: &Enrolment, rows: Vec<Row>, printer: Option<String>, now: Timestamp) -> AppResult<Arc<Store>> {
    fs::create_dir_all(&host.data_dir).map_err(|error| AppError::disk(&error))?;
    let keys = StoreKeys { outbox: host.random_bytes(), cache: host.random_bytes() };
    let (store, _) = Store::open(&StorePaths::in_folder(&host.data_dir), &keys)?;
    store.enrol(enrolment)?;
    if let Some(printer) = printer {
        store.set_preference(PRINTER, &printer)?;
    }
    let from = store.position()?.cursor;
    let to = Cursor { seq: from.seq + rows.len() as u64, tag: "training".to_owned() };
    let page = ChangesPage { epoch: enrolment.epoch, from, head: to.seq, to, last_seq: 0, own_results: Vec::new(), rows, server_time: now };
    store.apply_page(&page, now)?;
    Ok(Arc::new(store))
}

/// Keeps nothing: the keys of training end with it.
struct Forgetful;

impl Secrets for Forgetful {
    fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SecretsError> {
        Ok(None)
    }

    fn save(&self, _: &[u8]) -> Result<(), SecretsError> {
        Err(SecretsError::Absent("training keeps no keys".to_owned()))
    }
}
