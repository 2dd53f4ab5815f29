//! The shell: windows, tray, and one thin command for each use case of [`beadsbox_app`]. No rule lives here.

mod arguments;
mod bindings;
mod commands;
mod events;
mod faults;
mod log;
mod menu;
mod notices;
mod open_dialog;
mod save_dialog;
mod setup;
mod tray;
mod unsaved;
mod updates;
mod windows;
mod zoom;

pub use arguments::Arguments;
pub use bindings::{builder, export};

include!("command_names.rs");

/// Opens the program and returns when it was closed.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let bindings = builder();
    let handler = bindings.invoke_handler();
    let app = tauri::Builder::default()
        // First of all: a second copy hands over to the first and ends before it touches a file.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .callback(|app, _, _| windows::show_front(app))
                .dbus_id(setup::instance_id(&arguments))
                .build(),
        )
        .plugin(log::plugin())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(windows::remembered()).build())
        .invoke_handler(handler)
        .setup(move |app| {
            bindings.mount_events(app);
            setup::set_up(app, &arguments)?;
            Ok(())
        })
        .on_window_event(windows::on_event)
        .on_menu_event(|app, event| menu::on_event(app, &event))
        .build(tauri::generate_context!())?;
    app.run(|_, _| {});
    Ok(())
}
