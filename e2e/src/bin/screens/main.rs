//! Takes pictures of the program, light and dark, in English and French, on sample data of its own: every screen, and the states
//! that come seldom.
//!
//! `screens FOLDER [SCENE…]`: all scenes, or those named.

mod centre;
mod copy;
mod corrections;
mod day;
mod devices;
mod grid;
mod halted;
mod hands;
mod issue;
mod look;
mod quarantine;
mod reports;
mod scanner;
mod shared_till;
mod stick;
mod tour;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

const SCENES: [&str; 17] = [
    "tour",
    "grid",
    "day",
    "reports",
    "training",
    "stick",
    "devices",
    "corrections",
    "issue",
    "scanner",
    "shared-till",
    "quarantine",
    "first-load",
    "comparison",
    "revoked",
    "copies",
    "other-server",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().context("screens FOLDER [SCENE…]")?);
    std::fs::create_dir_all(&folder)?;
    let mut scenes: Vec<String> = arguments.map(|scene| scene.to_string_lossy().into_owned()).collect();
    if scenes.is_empty() {
        scenes = SCENES.map(str::to_owned).to_vec();
    }
    for scene in scenes {
        show(&scene, &folder).await.with_context(|| format!("the scene {scene}"))?;
    }
    Ok(())
}

async fn show(scene: &str, folder: &Path) -> anyhow::Result<()> {
    match scene {
        "tour" => tour::scene(folder).await,
        "grid" => grid::scene(folder).await,
        "day" => day::scene(folder).await,
        "reports" => reports::scene(folder).await,
        "devices" => devices::scene(folder).await,
        "corrections" => corrections::scene(folder).await,
        "issue" => issue::scene(folder).await,
        "training" => stick::training(folder).await,
        "stick" => stick::stick(folder).await,
        "scanner" => scanner::scene(folder).await,
        "shared-till" => shared_till::scene(folder).await,
        "quarantine" => quarantine::scene(folder).await,
        "first-load" => copy::first_load(folder).await,
        "comparison" => copy::comparison(folder).await,
        "revoked" => halted::revoked(folder).await,
        "copies" => halted::copies(folder).await,
        "other-server" => halted::other_server(folder).await,
        _ => bail!("no such scene; there are {SCENES:?}"),
    }
}
