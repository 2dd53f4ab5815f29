//! An enrolled device: its files, its server, and the sync between them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use beadsbox_domain::{OpId, Operation, ShopId, StaffId, VoucherCode};
use beadsbox_protocol::trace::Trace;
use beadsbox_store::{Enrolment, NewOperation, Place, RecordError, Recording, Store, View};
use beadsbox_sync::{HttpServer, ServerAddress, SyncStatus, Syncer};
use ed25519_dalek::SigningKey;
use tokio::{
    sync::{Mutex as AsyncMutex, Notify, watch},
    task::AbortHandle,
};

use crate::{
    clock_evidence::ClockEvidence,
    error::{AppError, AppResult},
    host::Host,
    pace::Pace,
    program::{Program, ProgramEvent, blocking, shift::lock_when_idle},
    replica::StoreReplica,
    secrets::DeviceSecrets,
    support::SupportBundle,
    usecase::{bulk::Bulk, mail::AskedMails, sheet::desk::Desk, work::WorkPlace},
    view::DataChanged,
};

/// The device.
pub(crate) struct Device {
    pub(crate) host: Host,
    pub(crate) store: Arc<Store>,
    pub(crate) enrolment: Enrolment,
    /// Where it stands and what it is called, as it was last read from its files.
    place: Mutex<Place>,
    /// Held while the place is read and put there: an older one never replaces a newer one.
    settling: AsyncMutex<()>,
    pub(crate) server: HttpServer,
    pub(crate) syncer: Arc<Syncer<StoreReplica, HttpServer>>,
    /// Asks for the status bar to be told anew.
    news: Notify,
    server_version: Mutex<Option<String>>,
    /// Where its organisation is told of the program's faults.
    fault_project: Mutex<Option<String>>,
    pub(crate) pace: Pace,
    /// The codes of the made-up vouchers, where this is a training's device.
    pub(crate) training: Option<Vec<VoucherCode>>,
    tasks: Mutex<Vec<AbortHandle>>,
    /// An action for many vouchers.
    pub(crate) bulk: Mutex<Option<Arc<Bulk>>>,
    /// A table that is being written into a file.
    pub(crate) writing: WorkPlace,
    /// What of this device somebody was shown, to save it as it was shown.
    /// What each window showed last, by its name.
    support: Mutex<HashMap<String, SupportBundle>>,
    /// A table that was opened, and the work on it.
    pub(crate) desk: Desk,
    /// Mails that were asked for and of which no answer came.
    pub(crate) asked_mails: AskedMails,
}

/// What a device is made of.
pub(crate) struct Parts {
    pub(crate) host: Host,
    pub(crate) store: Arc<Store>,
    pub(crate) enrolment: Enrolment,
    pub(crate) place: Place,
    pub(crate) key: SigningKey,
    pub(crate) training: Option<Vec<VoucherCode>>,
}

impl Device {
    pub(crate) async fn open(host: Host, store: Arc<Store>, enrolment: Enrolment, secrets: &DeviceSecrets) -> AppResult<Arc<Self>> {
        let address = ServerAddress::parse(&enrolment.server_url)?;
        let reader = Arc::clone(&store);
        let place = blocking(move || Ok(reader.take_up_place()?)).await?;
        let token = secrets.token.clone().unwrap_or_default();
        let server = HttpServer::new(address, host.ca_file.as_ref())?.with_token(token.clone());
        let device = Self::new(Parts { host, store, enrolment, place, key: secrets.signing_key()?, training: None }, server, token);
        if device.files(|store| Ok(store.standing()?.revoked_at)).await?.is_some() {
            device.syncer.begin_revoked();
        }
        device.withdraw_what_a_crash_left_open().await?;
        Ok(device)
    }

    /// A device that has no server, and never will.
    pub(crate) fn open_alone(parts: Parts) -> AppResult<Arc<Self>> {
        let server = HttpServer::absent(ServerAddress::parse(&parts.enrolment.server_url)?)?;
        Ok(Self::new(parts, server, String::new()))
    }

    fn new(parts: Parts, server: HttpServer, token: String) -> Arc<Self> {
        let Parts { host, store, enrolment, place, key, training } = parts;
        let replica = StoreReplica::new(host.clone(), Arc::clone(&store), key, token);
        Arc::new(Self {
            syncer: Syncer::new(replica, server.clone()),
            host,
            store,
            enrolment,
            place: Mutex::new(place),
            settling: AsyncMutex::default(),
            server,
            news: Notify::new(),
            server_version: Mutex::default(),
            fault_project: Mutex::default(),
            pace: Pace::default(),
            training,
            tasks: Mutex::default(),
            bulk: Mutex::default(),
            writing: WorkPlace::default(),
            support: Mutex::default(),
            desk: Desk::default(),
            asked_mails: AskedMails::default(),
        })
    }

    /// Tells the screens of it, until [`Self::stop`]; there is nobody to sync with.
    pub(crate) fn run_alone(self: &Arc<Self>, program: Program) {
        self.spawn(tell_screens(Arc::clone(self), program));
    }

    pub(crate) const fn is_training(&self) -> bool {
        self.training.is_some()
    }

    /// Runs the sync and tells the screens of it, until [`Self::stop`].
    pub(crate) fn run(self: &Arc<Self>, program: Program) {
        self.spawn(Arc::clone(&self.syncer).run());
        self.spawn(lock_when_idle(program.clone()));
        self.spawn(tell_screens(Arc::clone(self), program));
        self.spawn(ask_version(Arc::clone(self)));
        self.spawn(build_search_text(Arc::clone(self)));
    }

    /// Runs it until [`Self::stop`].
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(tokio::spawn(work).abort_handle());
    }

    pub(crate) fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..).for_each(|task| task.abort());
    }

    /// What takes long stops, but for that person's: nothing goes on in the name of whoever is gone.
    pub(crate) fn stop_work(&self, but_of: Option<StaffId>) {
        self.let_bulk_go(|bulk| !but_of.is_some_and(|staff| bulk.is_of(staff)));
        self.writing.stop(but_of);
        self.desk.leave(but_of);
    }

    /// What was only looked at for many vouchers is let go: whoever comes next has not seen what would be confirmed.
    pub(crate) fn let_unconfirmed_go(&self) {
        self.let_bulk_go(|bulk| !bulk.is_confirmed());
        self.desk.work.stop_unconfirmed();
    }

    fn let_bulk_go(&self, which: impl FnOnce(&Bulk) -> bool) {
        if let Some(bulk) = self.bulk.lock().unwrap_or_else(PoisonError::into_inner).take_if(|bulk| which(bulk)) {
            bulk.stop();
        }
    }

    /// Whether something is being done to many vouchers, or with a table.
    pub(crate) fn is_busy(&self) -> bool {
        let bulk = || self.bulk.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|bulk| bulk.is_at_work());
        self.writing.is_busy() || self.desk.work.is_busy() || bulk()
    }

    pub(crate) fn support(&self, window: &str) -> Option<SupportBundle> {
        self.support.lock().unwrap_or_else(PoisonError::into_inner).get(window).cloned()
    }

    pub(crate) fn set_support(&self, window: &str, bundle: SupportBundle) {
        self.support.lock().unwrap_or_else(PoisonError::into_inner).insert(window.to_owned(), bundle);
    }

    /// Runs work on the files outside the async threads.
    pub(crate) async fn files<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> AppResult<T> + Send + 'static) -> AppResult<T> {
        let store = Arc::clone(&self.store);
        blocking(move || work(&store)).await
    }

    /// The next operation of that person, now.
    pub(crate) fn operation(&self, staff: StaffId, operation: Operation) -> NewOperation {
        let op = OpId(self.host.new_id());
        note_deed(op);
        NewOperation {
            op,
            at: self.host.clock.now(),
            staff,
            shop: self.place().shop,
            online: self.is_online(),
            clock_right: self.clock().is_some_and(|evidence| evidence.is_right(self.host.clock.now(), self.host.clock.running())),
            operation,
            person: None,
        }
    }

    /// Where the device stands and what people call it.
    pub(crate) fn place(&self) -> Place {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up what an admin made of that, as far as it can be by now.
    pub(crate) async fn settle_in(&self) {
        let _turn = self.settling.lock().await;
        let next = match self.files(|store| Ok(store.take_up_place()?)).await {
            Ok(next) => next,
            Err(error) => return tracing::warn!(%error, "where this device stands cannot be read"),
        };
        let before = std::mem::replace(&mut *self.place.lock().unwrap_or_else(PoisonError::into_inner), next.clone());
        if before != next {
            tracing::info!(?before, ?next, "an admin changed where this device stands, or its name");
            self.announce();
        }
    }

    /// Records the operation if the check lets it pass: what the check sees is still so when the operation is committed.
    pub(crate) async fn record_if<E: From<AppError> + Send + 'static>(
        &self,
        new: NewOperation,
        check: impl FnOnce(&View<'_>, &NewOperation) -> Result<(), E> + Send + 'static,
    ) -> Result<(), E> {
        self.record_with(move |view, shop| {
            let new = NewOperation { shop, ..new };
            check(view, &new)?;
            Ok(vec![new])
        })
        .await
    }

    /// Records what is made of what can be seen, in one commit: while it is made, nothing else can be recorded. The shop is the one in which
    /// the device stands then: it may have been moved since [`Self::operation`].
    pub(crate) async fn record_with<E: From<AppError> + Send + 'static, R: Into<Recording>>(
        &self,
        make: impl FnOnce(&View<'_>, ShopId) -> Result<R, E> + Send + 'static,
    ) -> Result<(), E> {
        let in_its_shop = |view: &View<'_>| make(view, view.place().map_err(AppError::from)?.shop);
        match self.files(move |store| Ok(store.record_all(in_its_shop))).await? {
            Ok(_) => {
                self.recorded();
                Ok(())
            }
            Err(RecordError::Refused(refused)) => Err(refused),
            Err(RecordError::Store(error)) => Err(E::from(AppError::from(error))),
        }
    }

    /// Something was recorded: have it sent, and shown in every window.
    pub(crate) fn recorded(&self) {
        self.syncer.wake();
        self.syncer.replica().changed(DataChanged { vouchers: true, templates: true, conflicts: true, directory: false });
    }

    /// Have the status bar told anew.
    pub(crate) fn announce(&self) {
        self.news.notify_one();
    }

    pub(crate) fn is_online(&self) -> bool {
        self.syncer.status().borrow().online
    }

    /// Whether the server would answer a question now: it is there, and decides on what this device sends.
    pub(crate) async fn can_ask(&self) -> AppResult<bool> {
        let online = self.is_online();
        self.files(move |store| Ok(online && store.counts()?.quarantined == 0)).await
    }

    pub(crate) fn clock(&self) -> Option<ClockEvidence> {
        self.syncer.replica().clock()
    }

    /// Grows whenever outcomes arrived.
    pub(crate) fn outcomes(&self) -> watch::Receiver<u64> {
        self.syncer.replica().outcomes()
    }

    pub(crate) fn shop_name(&self) -> String {
        self.store.view().map(|view| self.shop_in(&view)).unwrap_or_default()
    }

    /// The shop's name as the cache has it, or else as it was when the device came there: the cache may be empty.
    pub(crate) fn shop_in(&self, view: &View<'_>) -> String {
        let place = self.place();
        let cached = Some(view.directory().shop_name(place.shop)).filter(|name| !name.is_empty());
        cached.map(str::to_owned).or(place.shop_name).unwrap_or_default()
    }

    pub(crate) fn server_version(&self) -> Option<String> {
        self.server_version.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn fault_project(&self) -> Option<String> {
        self.fault_project.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What was begun last, on any device of this process.
static DEED: Mutex<Option<OpId>> = Mutex::new(None);

fn note_deed(op: OpId) {
    *DEED.lock().unwrap_or_else(PoisonError::into_inner) = Some(op);
}

/// The trace of what was begun here last, for whoever tells of a fault: it is the operation's id (docs/adr/0051-sight.md).
pub fn last_deed() -> Option<([u8; 16], [u8; 8])> {
    let op = (*DEED.lock().unwrap_or_else(PoisonError::into_inner))?;
    Trace::of_operation(op).map(|trace| (trace.id(), trace.span()))
}

/// Tells the screens what changed: the status bar when the sync moves or something is recorded, and the lists that a page touched.
async fn tell_screens(device: Arc<Device>, program: Program) {
    let mut status = device.syncer.status();
    let mut data = device.syncer.replica().changes();
    loop {
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return },
            changed = data.recv() => {
                if changed.as_ref().map_or(true, |changed| changed.directory) {
                    device.settle_in().await;
                    program.heed_directory().await;
                }
                if let Ok(changed) = changed {
                    program.emit(ProgramEvent::Data(changed));
                }
            }
            () = device.news.notified() => {}
        }
        if let Ok(seat) = program.seat_behind_lock()
            && let Ok(bar) = seat.status_bar().await
        {
            program.emit(ProgramEvent::Status(Box::new(bar)));
        }
    }
}

async fn build_search_text(device: Arc<Device>) {
    device.syncer.replica().build_search_text().await;
}

/// Asks the server for its version whenever it is reached anew.
async fn ask_version(device: Arc<Device>) {
    let mut status = device.syncer.status();
    while status.wait_for(|status: &SyncStatus| status.online).await.is_ok() {
        if let Ok(info) = device.server.info().await {
            *device.fault_project.lock().unwrap_or_else(PoisonError::into_inner) = info.fault_project;
            *device.server_version.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.version);
        }
        if status.wait_for(|status| !status.online).await.is_err() {
            return;
        }
    }
}

/// The status of the sync in the words of the screens.
pub(crate) fn trouble_for_screen(status: &SyncStatus) -> Option<AppError> {
    use beadsbox_sync::Trouble;
    status.trouble.as_ref().filter(|trouble| !matches!(trouble, Trouble::Offline(_))).map(AppError::from)
}
