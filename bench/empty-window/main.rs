//! The least that a Tauri window can be: an empty page, opened by the same version over the same web view as ours. `./dev bench start`
//! measures the program's start beside it.

fn main() -> anyhow::Result<()> {
    Ok(tauri::Builder::default().run(tauri::generate_context!("bench/empty-window/tauri.conf.json"))?)
}
