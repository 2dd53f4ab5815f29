//! The program: opens the files, enrols, signs in, and hands out [`Seat`]s.

mod ended;
mod password;
mod shell;
pub(crate) mod shift;
mod training;

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::{Duration, SystemTime},
};

use beadsbox_store::{Store, StorePaths};
use tokio::sync::{Mutex as AsyncMutex, broadcast, watch};

use crate::{
    device::Device,
    error::{AppError, AppResult, ErrorCode},
    host::Host,
    papers,
    secrets::DeviceSecrets,
    session::{self, Session},
    usecase::{Seat, enrolment, printing::Paper},
    view::{About, DataChanged, EnrolForm, Phase, Preferences, ProgramState, ScannerSettings, SessionView, SignInForm, StatusBar},
};

const PREFERENCES: &str = "preferences";
const LAST_PERSON: &str = "last_person";
/// How long the start waits for the server's first answer.
const FIRST_CONTACT: Duration = Duration::from_millis(700);

/// What the program tells the screens by itself.
#[derive(Debug, Clone)]
pub enum ProgramEvent {
    /// The status bar changed.
    Status(Box<StatusBar>),
    /// Something to load again.
    Data(DataChanged),
    /// Language or theme changed.
    Preferences(Preferences),
    /// The scanner's settings changed.
    Scanner(ScannerSettings),
    /// Somebody else works here, or the screens were locked or unlocked.
    Session(SessionView),
}

/// The program, shared by every window. Cheap to clone.
#[derive(Clone)]
pub struct Program(Arc<Inner>);

struct Inner {
    host: Host,
    webview: String,
    events: broadcast::Sender<ProgramEvent>,
    stage: watch::Sender<Stage>,
    session: Mutex<Option<Arc<Session>>>,
    /// The device of a training, while one is on.
    training: Mutex<Option<Arc<Device>>>,
    /// Nothing is shown or recorded before somebody shows who they are.
    locked: AtomicBool,
    /// When a key or the mouse was last touched, by the clock that only runs.
    touched: Mutex<Duration>,
    /// One start or enrolment at a time.
    starting: AsyncMutex<()>,
    /// Held while the program runs: a second one on the same files would be a second writer.
    lock: Mutex<Option<File>>,
}

#[derive(Clone)]
enum Stage {
    Starting,
    Blocked(AppError),
    NeedsEnrolment { store: Arc<Store>, secrets: DeviceSecrets },
    Ready(Arc<Device>),
}

impl Program {
    /// A program that has not touched a file yet; [`Self::start`] does.
    pub fn new(host: Host, webview: String) -> Self {
        Self(Arc::new(Inner {
            host,
            webview,
            events: broadcast::Sender::new(256),
            stage: watch::Sender::new(Stage::Starting),
            session: Mutex::default(),
            training: Mutex::default(),
            locked: AtomicBool::new(false),
            touched: Mutex::default(),
            starting: AsyncMutex::default(),
            lock: Mutex::default(),
        }))
    }

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<ProgramEvent> {
        self.0.events.subscribe()
    }

    /// Opens the files. May be called again after a person has mended what stood in the way.
    pub async fn start(&self) {
        let _turn = self.0.starting.lock().await;
        if matches!(self.stage(), Stage::NeedsEnrolment { .. } | Stage::Ready(_)) {
            return;
        }
        let program = self.clone();
        let opened = tokio::task::spawn_blocking(move || program.open_files()).await.unwrap_or_else(|error| Err(AppError::internal(error)));
        let stage = match opened {
            Err(problem) => Stage::Blocked(problem),
            Ok((store, secrets)) => self.with_device(store, secrets).await.unwrap_or_else(Stage::Blocked),
        };
        if let Stage::Blocked(problem) = &stage {
            tracing::error!(%problem, "the program cannot start");
        }
        self.set_stage(stage);
    }

    /// How far it is; once the files are open, or cannot be: before that there is nothing to tell.
    pub async fn state(&self) -> ProgramState {
        let mut stages = self.0.stage.subscribe();
        let stage = stages.wait_for(|stage| !matches!(stage, Stage::Starting)).await.map_or(Stage::Starting, |stage| stage.clone());
        let now = self.0.host.clock.now();
        let signed_in = self.session().is_some_and(|session| now < session.until);
        let mut shown = ProgramState {
            phase: Phase::Blocked,
            problem: None,
            server: None,
            shop: None,
            device: None,
            online: false,
            last_person: self.preference(LAST_PERSON).await,
            preferences: self.preferences().await,
            about: self.about(),
        };
        match &stage {
            Stage::Starting => {}
            Stage::Blocked(problem) => shown.problem = Some(problem.clone()),
            Stage::NeedsEnrolment { .. } => shown.phase = Phase::NeedsEnrolment,
            Stage::Ready(device) => {
                shown.phase = if signed_in { Phase::SignedIn } else { Phase::NeedsSignIn };
                shown.server = Some(device.server.address().to_string());
                shown.shop = Some(device.shop_name());
                shown.device = Some(device.place().name);
                shown.online = device.syncer.status().borrow().online;
            }
        }
        shown
    }

    /// Makes this device known to a server.
    pub async fn enrol(&self, form: EnrolForm) -> AppResult<ProgramState> {
        let _turn = self.0.starting.lock().await;
        let (store, secrets) = match self.stage() {
            Stage::NeedsEnrolment { store, secrets } => (store, secrets),
            Stage::Ready(_) => return Err(AppError::new(ErrorCode::AlreadyEnrolled, "this device is enrolled already")),
            Stage::Blocked(problem) => return Err(problem),
            Stage::Starting => return Err(AppError::internal("the files are not open yet")),
        };
        let secrets = enrolment::enrol(&self.0.host, &store, secrets, form).await?;
        let stage = self.with_device(store, secrets).await?;
        self.set_stage(stage);
        Ok(self.state().await)
    }

    /// Signs in.
    pub async fn sign_in(&self, form: SignInForm) -> AppResult<SessionView> {
        let device = self.device()?;
        let session = session::sign_in(&device, form).await?;
        tracing::info!(staff = %session.staff, offline = session.token.is_none(), "signed in");
        let name = session.name.clone();
        self.begin_session(session);
        self.save_preference(LAST_PERSON, name).await?;
        device.announce();
        self.settled_session().await
    }

    /// Signs out. What waits goes on being sent.
    pub fn sign_out(&self) {
        let ended = self.session();
        self.set_session(None);
        if let Ok(device) = self.device() {
            device.stop_work(None);
        }
        // Behind that: a training that is just beginning sees that nobody is there any more.
        self.end_training();
        self.0.locked.store(false, std::sync::atomic::Ordering::Release);
        self.end_at_server(ended.and_then(|session| session.token.clone()));
    }

    fn end_at_server(&self, token: Option<String>) {
        if let (Some(token), Ok(device)) = (token, self.device()) {
            // The server forgets the session by itself in time; nobody has to wait for it.
            tokio::spawn(async move {
                if let Err(error) = device.server.sign_out(&token).await {
                    tracing::info!(%error, "the server was not told of the sign-out");
                }
            });
        }
    }

    /// The place of the person who is signed in: every use case starts here. While the screens are locked nobody has it.
    pub fn seat(&self) -> AppResult<Seat> {
        if self.is_locked() {
            return Err(AppError::new(ErrorCode::Locked, "the screens are locked"));
        }
        self.seat_behind_lock()
    }

    /// The same, also while the screens are locked: for what only says how the sync stands.
    pub fn seat_behind_lock(&self) -> AppResult<Seat> {
        let device = self.device()?;
        let session = self.session().ok_or_else(|| AppError::new(ErrorCode::NotSignedIn, "nobody is signed in"))?;
        // It stays, ended as it is: a locked till still has to open by badge, PIN or password.
        if device.host.clock.now() >= session.until {
            return Err(AppError::new(ErrorCode::SignInExpired, "the sign-in has ended"));
        }
        Ok(match self.training() {
            Some(device) => Seat::new(device, Arc::new(training::trainee(&session))),
            None => Seat::new(device, session),
        })
    }

    /// Ends the background work. What was recorded stays on disk.
    pub fn close(&self) {
        self.end_training();
        if let Stage::Ready(device) = self.stage() {
            device.stop();
        }
        self.set_stage(Stage::Starting);
        self.lock_slot().take();
    }

    /// A person's choices on this machine.
    pub async fn preferences(&self) -> Preferences {
        self.preference(PREFERENCES).await.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Keeps a person's choices.
    pub async fn set_preferences(&self, preferences: Preferences) -> AppResult<Preferences> {
        let text = serde_json::to_string(&preferences).map_err(AppError::internal)?;
        self.save_preference(PREFERENCES, text).await?;
        // Nobody listening is fine: no window is open yet.
        let _ = self.0.events.send(ProgramEvent::Preferences(preferences));
        Ok(preferences)
    }

    /// Puts PDFs where the computer's viewer can read them, for some hours; blocking. Their paths.
    pub fn keep_papers(&self, made: &[Paper]) -> AppResult<Vec<PathBuf>> {
        papers::keep(&self.papers_folder(), made).map_err(|error| AppError::disk(&error))
    }

    fn papers_folder(&self) -> PathBuf {
        let data_dir = &self.0.host.data_dir;
        if self.is_training() {
            crate::training::folder(data_dir).join("paper")
        } else {
            data_dir.join("paper")
        }
    }

    fn about(&self) -> About {
        let versions = self.store().and_then(|store| store.versions().ok());
        let device = match self.stage() {
            Stage::Ready(device) => Some(device),
            _ => None,
        };
        About {
            version: beadsbox_protocol::VERSION.to_owned(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            sqlite: versions.as_ref().map(|versions| versions.sqlite.clone()).unwrap_or_default(),
            sqlcipher: versions.as_ref().map(|versions| versions.sqlcipher.clone()).unwrap_or_default(),
            webview: self.0.webview.clone(),
            server_version: device.as_ref().and_then(|device| device.server_version()),
            operation_format: beadsbox_protocol::body::FORMAT,
            snapshot_format: beadsbox_protocol::snapshot::SNAPSHOT_FORMAT,
            cache_schema: versions.as_ref().map_or(0, |versions| versions.cache_schema),
            outbox_schema: versions.map_or(0, |versions| versions.outbox_schema),
            device_id: device.map(|device| device.enrolment.device.to_string()),
            data_folder: self.0.host.data_dir.display().to_string(),
        }
    }

    fn open_files(&self) -> AppResult<(Arc<Store>, DeviceSecrets)> {
        let host = &self.0.host;
        fs::create_dir_all(&host.data_dir).map_err(|error| AppError::disk(&error))?;
        self.take_lock()?;
        if let Err(error) = papers::sweep(&self.papers_folder(), SystemTime::now()) {
            tracing::warn!(%error, "old PDFs stay");
        }
        if let Err(error) = crate::training::sweep(&host.data_dir) {
            tracing::warn!(%error, "files of a training stay");
        }
        let paths = StorePaths::in_folder(&host.data_dir);
        let secrets = match DeviceSecrets::load(host.secrets.as_ref())? {
            Some(secrets) => secrets,
            // New keys would lock out what is there for good.
            None if paths.outbox.exists() => {
                return Err(AppError::new(ErrorCode::KeyringMismatch, "the files are there, but their keys are not in the keyring"));
            }
            None => DeviceSecrets::create(host)?,
        };
        let (store, opened) = Store::open(&paths, &secrets.store_keys()?)?;
        tracing::info!(?opened, "the device's files are open");
        Ok((Arc::new(store), secrets))
    }

    fn take_lock(&self) -> AppResult<()> {
        let mut slot = self.lock_slot();
        if slot.is_none() {
            let file = File::create(self.0.host.data_dir.join("program.lock")).map_err(|error| AppError::disk(&error))?;
            file.try_lock()
                .map_err(|_| AppError::new(ErrorCode::AlreadyRunning, "another copy of the program has these files open"))?;
            *slot = Some(file);
        }
        Ok(())
    }

    async fn with_device(&self, store: Arc<Store>, secrets: DeviceSecrets) -> AppResult<Stage> {
        let reader = Arc::clone(&store);
        let enrolment = blocking(move || Ok(reader.enrolment()?)).await?;
        let Some(enrolment) = enrolment else { return Ok(Stage::NeedsEnrolment { store, secrets }) };
        let device = Device::open(self.0.host.clone(), store, enrolment, &secrets).await?;
        device.run(self.clone());
        // Whoever looks next should not read "offline" only because nobody has asked the server yet.
        let mut status = device.syncer.status();
        let tried = status.wait_for(|status| status.online || status.trouble.is_some());
        if tokio::time::timeout(FIRST_CONTACT, tried).await.is_err() {
            tracing::info!("the server has not answered yet");
        }
        Ok(Stage::Ready(device))
    }

    pub(crate) fn emit(&self, event: ProgramEvent) {
        // Nobody listening is fine: no window is open.
        let _ = self.0.events.send(event);
    }

    fn device(&self) -> AppResult<Arc<Device>> {
        match self.stage() {
            Stage::Ready(device) => Ok(device),
            Stage::Blocked(problem) => Err(problem),
            Stage::Starting | Stage::NeedsEnrolment { .. } => Err(AppError::new(ErrorCode::NotSignedIn, "this device is not enrolled")),
        }
    }

    fn store(&self) -> Option<Arc<Store>> {
        match self.stage() {
            Stage::NeedsEnrolment { store, .. } => Some(store),
            Stage::Ready(device) => Some(Arc::clone(&device.store)),
            Stage::Starting | Stage::Blocked(_) => None,
        }
    }

    pub(crate) async fn preference(&self, key: &'static str) -> Option<String> {
        let store = self.store()?;
        blocking(move || Ok(store.preference(key)?)).await.ok().flatten()
    }

    pub(crate) async fn save_preference(&self, key: &'static str, value: String) -> AppResult<()> {
        match self.store() {
            Some(store) => blocking(move || Ok(store.set_preference(key, &value)?)).await,
            None => Ok(()),
        }
    }

    fn stage(&self) -> Stage {
        self.0.stage.borrow().clone()
    }

    fn set_stage(&self, stage: Stage) {
        self.0.stage.send_replace(stage);
    }

    fn session(&self) -> Option<Arc<Session>> {
        self.session_slot().clone()
    }

    fn set_session(&self, session: Option<Arc<Session>>) {
        *self.session_slot() = session;
    }

    fn session_slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<Session>>> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_slot(&self) -> std::sync::MutexGuard<'_, Option<File>> {
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs work on the files outside the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> AppResult<T> + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(AppError::internal(error)))
}
