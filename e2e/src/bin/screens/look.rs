//! Each picture in each look of the program, and what axe finds on it and does not fit.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context as _, ensure};
use beadsbox_e2e::{Desk, axe, layout};

/// One look of the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub theme: &'static str,
    pub language: &'static str,
}

/// All of them.
const LOOKS: [Look; 6] =
    [look("light", "en"), look("dark", "en"), look("light", "fr"), look("dark", "fr"), look("contrast_light", "en"), look("contrast_dark", "en")];

/// Those that were asked for.
static CHOSEN: OnceLock<Vec<Look>> = OnceLock::new();

/// What was found, beside the pictures.
const FINDINGS: &str = "findings.txt";

const fn look(theme: &'static str, language: &'static str) -> Look {
    Look { theme, language }
}

/// Chooses looks by name, such as `light,dark-fr`.
pub fn choose(names: &str) -> anyhow::Result<()> {
    let find = |wanted: &str| LOOKS.into_iter().find(|look| look.name() == wanted).with_context(|| format!("no look is called {wanted}"));
    let looks = names.split(',').map(find).collect::<anyhow::Result<Vec<_>>>()?;
    ensure!(CHOSEN.set(looks).is_ok(), "looks are chosen once");
    Ok(())
}

/// The looks to take pictures in, at least one.
pub fn looks() -> &'static [Look] {
    CHOSEN.get_or_init(|| LOOKS.to_vec())
}

impl Look {
    fn name(self) -> String {
        let theme = self.theme.replace('_', "-");
        if self.language == "en" { theme } else { format!("{theme}-{}", self.language) }
    }

    /// Takes the window's picture as it is, asks axe about the page, and looks whether everything fits. Languages are alike to axe.
    pub async fn shot(self, desk: &Desk, folder: &Path, screen: &str) -> anyhow::Result<()> {
        let name = format!("{screen}-{}", self.name());
        axe::hold_still(desk).await?;
        desk.picture(&folder.join(format!("{name}.png"))).await?;
        let mut found = layout::findings(desk).await?;
        if self.language == "en" {
            found.extend(axe::findings(desk).await?);
        }
        note(folder, &name, &found)
    }
}

fn note(folder: &Path, name: &str, findings: &[String]) -> anyhow::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(findings_file(folder))?;
    Ok(writeln!(file, "{name}\n  {}", findings.join("\n  "))?)
}

fn findings_file(folder: &Path) -> PathBuf {
    folder.join(FINDINGS)
}

/// Forgets what was found before.
pub fn begin(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(findings_file(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Fails with what was found on any of the pages.
pub fn end(folder: &Path) -> anyhow::Result<()> {
    let found = std::fs::read_to_string(findings_file(folder)).unwrap_or_default();
    ensure!(found.is_empty(), "found:\n{found}");
    Ok(())
}

/// Takes the window's picture in every look, and leaves it in the first. The looks are changed behind the screen's back, so that
/// what stands there stays.
pub async fn in_every_look(desk: &Desk, folder: &Path, screen: &str) -> anyhow::Result<()> {
    for look in looks() {
        wear(desk, *look).await?;
        look.shot(desk, folder, screen).await?;
    }
    wear(desk, looks()[0]).await
}

async fn wear(desk: &Desk, look: Look) -> anyhow::Result<()> {
    let preferences = serde_json::json!({ "theme": look.theme, "language": look.language });
    desk.invoke("set_preferences", serde_json::json!({ "preferences": preferences })).await.map(drop)
}
