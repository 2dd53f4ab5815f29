//! What happens once, when the program starts.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    sync::Arc,
};

use beadsbox_app::{
    Program,
    host::{self, Host},
    view::{EnrolForm, Phase},
};
use tauri::{App, AppHandle, Manager as _, async_runtime};

use crate::{
    Arguments, events, faults,
    menu::Menus,
    notices::{self, Notices},
    tray,
    unsaved::Unsaved,
    updates::{self, Updates},
    windows,
    zoom::Zoom,
};

/// One program for each data folder: two tills on one machine are two.
pub fn instance_id(arguments: &Arguments) -> String {
    match &arguments.data_dir {
        None => "com.mybeadsbox.desktop".to_owned(),
        Some(folder) => {
            let mut hasher = DefaultHasher::new();
            folder.hash(&mut hasher);
            format!("com.mybeadsbox.desktop.d{:x}", hasher.finish())
        }
    }
}

/// Builds the program, opens the first window, and lets the rest go on behind it.
pub fn set_up(app: &App, arguments: &Arguments) -> anyhow::Result<()> {
    let data_dir = match &arguments.data_dir {
        Some(folder) => folder.clone(),
        None => app.path().app_data_dir()?,
    };
    let program = Program::new(host_of(arguments, data_dir), tauri::webview_version().unwrap_or_default());
    app.manage(program.clone());
    app.manage(Menus::default());
    app.manage(Notices::default());
    app.manage(Zoom::default());
    app.manage(faults::Told::default());
    app.manage(Unsaved::default());
    app.manage(Updates::new(app.config(), arguments)?);
    tray::create(app.handle())?;
    notices::lead(app.handle());
    async_runtime::spawn(notices::watch_failed(app.handle().clone(), program.clone()));
    async_runtime::spawn(events::forward(app.handle().clone(), program.clone()));
    windows::open(app.handle(), windows::Kind::Start)?;
    async_runtime::spawn(start(app.handle().clone(), program, arguments.clone()));
    Ok(())
}

fn host_of(arguments: &Arguments, data_dir: PathBuf) -> Host {
    let secrets: Arc<dyn host::Secrets> = match &arguments.key_file {
        Some(path) => Arc::new(host::KeyFile::new(path.clone())),
        None => Arc::new(host::Keyring::for_folder(&data_dir)),
    };
    Host {
        clock: Arc::new(host::SystemClock::default()),
        random: Arc::new(host::SystemRandom),
        secrets,
        data_dir,
        ca_file: arguments.ca_file.clone(),
        ask_limit: host::ASK_LIMIT,
    }
}

/// Opens the files, and enrols where the command line says so.
async fn start(app: AppHandle, program: Program, arguments: Arguments) {
    program.start().await;
    app.state::<Zoom>().set(&app, program.zoom().await);
    faults::follow(&app, &program).await;
    async_runtime::spawn(updates::look_daily(app.clone()));
    let state = program.state().await;
    let (Some(server), Some(code), Phase::NeedsEnrolment) = (arguments.enrol_server, arguments.enrol_code, state.phase) else {
        return;
    };
    let form = EnrolForm { server, code, device_name: arguments.device_name };
    if let Err(error) = program.enrol(form).await {
        tracing::error!(%error, "could not enrol with the code of the command line");
    }
}
