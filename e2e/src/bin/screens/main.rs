//! Takes pictures of the program, light and dark, in English and French, on sample data of its own: every screen, and the states
//! that come seldom. Axe is asked about each, and whether everything fits; what is found stands in `findings.txt` beside them, and the
//! program fails.
//!
//! `screens [--looks light,dark] FOLDER [SCENE…]`: all looks and scenes, or those named.

mod administration;
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
mod mail;
mod mail_choice;
mod quarantine;
mod reports;
mod scanner;
mod shared_till;
mod shell;
mod shop_page;
mod sight;
mod stick;
mod strained;
mod tour;
mod unseen;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

const SCENES: [&str; 25] = [
    "tour",
    "grid",
    "day",
    "reports",
    "mail",
    "mail-choice",
    "unseen",
    "training",
    "stick",
    "devices",
    "administration",
    "shop-page",
    "sight",
    "corrections",
    "issue",
    "scanner",
    "shared-till",
    "shell",
    "strained",
    "quarantine",
    "first-load",
    "comparison",
    "revoked",
    "copies",
    "other-server",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if_eq("--looks").is_some() {
        look::choose(&arguments.next().context("--looks NAME,…")?)?;
    }
    let folder = PathBuf::from(arguments.next().context("screens [--looks NAME,…] FOLDER [SCENE…]")?);
    std::fs::create_dir_all(&folder)?;
    look::begin(&folder)?;
    let mut scenes: Vec<String> = arguments.collect();
    if scenes.is_empty() {
        scenes = SCENES.map(str::to_owned).to_vec();
    }
    for scene in scenes {
        show(&scene, &folder).await.with_context(|| format!("the scene {scene}"))?;
    }
    look::end(&folder)
}

async fn show(scene: &str, folder: &Path) -> anyhow::Result<()> {
    match scene {
        "tour" => tour::scene(folder).await,
        "grid" => grid::scene(folder).await,
        "day" => day::scene(folder).await,
        "reports" => reports::scene(folder).await,
        "mail" => mail::scene(folder).await,
        "mail-choice" => mail_choice::scene(folder).await,
        "unseen" => unseen::scene(folder).await,
        "devices" => devices::scene(folder).await,
        "administration" => administration::scene(folder).await,
        "shop-page" => shop_page::scene(folder).await,
        "sight" => sight::scene(folder).await,
        "corrections" => corrections::scene(folder).await,
        "issue" => issue::scene(folder).await,
        "training" => stick::training(folder).await,
        "stick" => stick::stick(folder).await,
        "scanner" => scanner::scene(folder).await,
        "shared-till" => shared_till::scene(folder).await,
        "shell" => shell::scene(folder).await,
        "strained" => strained::scene(folder).await,
        "quarantine" => quarantine::scene(folder).await,
        "first-load" => copy::first_load(folder).await,
        "comparison" => copy::comparison(folder).await,
        "revoked" => halted::revoked(folder).await,
        "copies" => halted::copies(folder).await,
        "other-server" => halted::other_server(folder).await,
        _ => bail!("no such scene; there are {SCENES:?}"),
    }
}
