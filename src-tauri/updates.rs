//! Updates of the program: from the organisation's own server, signed by the organisation, and never without a person's word. Without
//! an address and a key there are none.

mod errors;

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beadsbox_app::{AppError, ErrorCode, Program, Seat, read_update_address};
use beadsbox_domain::Timestamp;
use serde::Serialize;
use tauri::{AppHandle, Config, Manager as _, async_runtime::spawn_blocking, utils::platform::bundle_type};
use tauri_plugin_updater::{Update, UpdaterBuilder, UpdaterExt as _};
use tauri_specta::Event as _;
use url::Url;

use crate::{Arguments, events::UpdateChanged};

/// The file at the address that says what there is.
const MANIFEST: &str = "latest.json";
const ASK_LIMIT: Duration = Duration::from_secs(20);
const LOAD_LIMIT: Duration = Duration::from_mins(30);
/// A package is some ten megabytes; what goes on and on is none.
const MOST_BYTES: u64 = 512 * 1024 * 1024;
/// A start is not made slower by it.
const FIRST_LOOK: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_hours(24);

/// How far an update is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum UpdatePhase {
    #[default]
    Idle,
    Asking,
    Loading,
    /// It is there, and runs from the next start on.
    Installed,
}

/// A newer program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct NewerVersion {
    pub version: String,
    /// What the organisation says of it.
    pub notes: Option<String>,
}

/// What is known of updates.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct UpdateView {
    pub current: String,
    pub address: Option<String>,
    /// The address was given on the command line, and the settings change nothing.
    pub address_is_fixed: bool,
    /// The program knows whose signature an update has to bear.
    pub has_key: bool,
    pub may_set_address: bool,
    pub phase: UpdatePhase,
    pub newer: Option<NewerVersion>,
    /// When the server was last asked and answered.
    pub asked_at: Option<String>,
    /// Why the last question or installation failed.
    pub failure: Option<AppError>,
}

/// Where updates come from, and what is known of them.
pub struct Updates {
    key: Option<String>,
    address: Option<String>,
    ca_file: Option<PathBuf>,
    state: Mutex<State>,
    /// One question or installation at a time.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    phase: UpdatePhase,
    newer: Option<Update>,
    asked_at: Option<Timestamp>,
    failure: Option<AppError>,
}

impl Updates {
    /// What the configuration and the command line say.
    pub fn new(config: &Config, arguments: &Arguments) -> anyhow::Result<Self> {
        let built_in = config.plugins.0.get("updater").and_then(|updater| updater.get("pubkey")).and_then(|key| key.as_str());
        let given = arguments.update_key.as_ref().map(std::fs::read_to_string).transpose()?;
        let key = given.or_else(|| built_in.map(str::to_owned)).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        let address = arguments.update_url.as_deref().map(read_update_address).transpose()?.flatten();
        Ok(Self { key, address, ca_file: arguments.ca_file.clone(), state: Mutex::default(), turn: tokio::sync::Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known now.
    pub async fn view(&self, program: &Program, seat: &Seat) -> UpdateView {
        let address = self.address_of(program).await;
        let state = self.state();
        UpdateView {
            current: beadsbox_protocol::VERSION.to_owned(),
            address,
            address_is_fixed: self.address.is_some(),
            has_key: self.key.is_some(),
            may_set_address: self.address.is_none() && seat.may_administer(),
            phase: state.phase,
            newer: state.newer.as_ref().map(|update| NewerVersion { version: update.version.clone(), notes: update.body.clone() }),
            asked_at: state.asked_at.map(|at| at.to_string()),
            failure: state.failure.clone(),
        }
    }

    async fn address_of(&self, program: &Program) -> Option<String> {
        match &self.address {
            Some(address) => Some(address.clone()),
            None => program.update_address().await,
        }
    }

    /// Another address: what another server said counts no more.
    pub fn forget(&self, app: &AppHandle) {
        *self.state() = State::default();
        tell(app, false);
    }

    /// Asks the server whether there is a newer program.
    pub async fn ask(&self, app: &AppHandle, program: &Program) {
        let Ok(_turn) = self.turn.try_lock() else { return };
        if self.state().phase == UpdatePhase::Installed {
            return;
        }
        self.begin(UpdatePhase::Asking);
        let address = self.address_of(program).await;
        let answer = self.look(app, program).await;
        let moved = self.address_of(program).await != address;
        let mut state = self.state();
        state.phase = UpdatePhase::Idle;
        match answer {
            // Meanwhile an admin named another server: what this one says counts no more.
            _ if moved => {}
            Ok(newer) => (state.newer, state.asked_at) = (newer, Some(Timestamp::now())),
            Err(failure) => {
                tracing::info!(%failure, "no word of updates");
                state.failure = Some(failure);
            }
        }
        let available = state.newer.is_some();
        drop(state);
        tell(app, available);
    }

    async fn look(&self, app: &AppHandle, program: &Program) -> Result<Option<Update>, AppError> {
        let (Some(address), Some(key)) = (self.address_of(program).await, self.key.as_deref()) else {
            return Err(AppError::new(ErrorCode::UpdateNotSetUp, "updates need an address and a key"));
        };
        let manifest = Url::parse(&format!("{address}/{MANIFEST}")).map_err(AppError::internal)?;
        let builder = app.updater_builder().pubkey(key).timeout(ASK_LIMIT).endpoints(vec![manifest]).map_err(errors::asking)?;
        let updater = self.trusting(builder)?.build().map_err(errors::asking)?;
        match updater.check().await {
            Ok(newer) => Ok(newer),
            // There is one, and it is for other systems.
            Err(tauri_plugin_updater::Error::TargetsNotFound(_) | tauri_plugin_updater::Error::TargetNotFound(_)) => Ok(None),
            Err(error) => Err(errors::asking(error)),
        }
    }

    /// Trusts the certificate authority of the command line as well.
    fn trusting(&self, builder: UpdaterBuilder) -> Result<UpdaterBuilder, AppError> {
        let Some(path) = &self.ca_file else { return Ok(builder) };
        let pem = std::fs::read(path).map_err(AppError::internal)?;
        let authority = reqwest::Certificate::from_pem(&pem).map_err(AppError::internal)?;
        Ok(builder.configure_client(move |client| client.add_root_certificate(authority.clone())))
    }

    /// Loads the newer program, looks at its signature, and has the system install it. A person asked for it.
    pub async fn install(&self, app: &AppHandle, seat: &Seat) -> Result<(), AppError> {
        let Ok(_turn) = self.turn.try_lock() else {
            return Err(AppError::new(ErrorCode::UpdateNotNow, "an update is being asked for or installed"));
        };
        seat.may_install_update().await?;
        let Some(update) = self.state().newer.clone() else {
            return Err(AppError::new(ErrorCode::UpdateServerDown, "no update is known"));
        };
        self.begin(UpdatePhase::Loading);
        tell(app, true);
        let installed = load_and_install(update, seat).await;
        let mut state = self.state();
        match &installed {
            Ok(()) => (state.phase, state.newer) = (UpdatePhase::Installed, None),
            Err(failure) => (state.phase, state.failure) = (UpdatePhase::Idle, Some(failure.clone())),
        }
        drop(state);
        tell(app, installed.is_err());
        installed
    }

    fn begin(&self, phase: UpdatePhase) {
        let mut state = self.state();
        (state.phase, state.failure) = (phase, None);
    }
}

async fn load_and_install(mut update: Update, seat: &Seat) -> Result<(), AppError> {
    // The manifest is not signed: what it points at has to be as safe as itself, and the package bears the signature.
    if !matches!(read_update_address(update.download_url.as_str()), Ok(Some(_))) {
        return Err(AppError::new(ErrorCode::InsecureAddress, "the package would come over plain http"));
    }
    update.timeout = Some(LOAD_LIMIT);
    let package = load(&update).await?;
    // It took a while: somebody may be at work again.
    seat.may_install_update().await?;
    if bundle_type().is_none() {
        return Err(AppError::new(ErrorCode::UpdateNotAPackage, "this program was not installed by a package"));
    }
    tracing::info!(version = %update.version, "an update is installed");
    spawn_blocking(move || update.install(package)).await.map_err(AppError::internal)?.map_err(errors::installing)
}

/// The package, once its signature was seen to be the organisation's.
async fn load(update: &Update) -> Result<Vec<u8>, AppError> {
    let (mut loaded, too_large) = (0_u64, tokio::sync::Notify::new());
    let count = |bytes: usize, _: Option<u64>| {
        loaded = loaded.saturating_add(bytes as u64);
        if loaded > MOST_BYTES {
            too_large.notify_one();
        }
    };
    tokio::select! {
        package = update.download(count, || {}) => package.map_err(errors::loading),
        () = too_large.notified() => Err(AppError::new(ErrorCode::UpdateServerDown, "the package is larger than any program")),
    }
}

fn tell(app: &AppHandle, available: bool) {
    if let Err(error) = (UpdateChanged { available }).emit(app) {
        tracing::warn!(%error, "the windows were not told of an update");
    }
}

/// Looks for updates soon after the start, and every day. Nothing is installed by that.
pub async fn look_daily(app: AppHandle) {
    tokio::time::sleep(FIRST_LOOK).await;
    loop {
        let (updates, program) = (app.state::<Updates>(), app.state::<Program>());
        if updates.key.is_some() && updates.address_of(&program).await.is_some() {
            updates.ask(&app, &program).await;
        }
        tokio::time::sleep(DAY).await;
    }
}
