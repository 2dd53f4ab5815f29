//! Each picture in each look of the program.

use std::path::{Path, PathBuf};

use beadsbox_e2e::Desk;

/// One look of the program.
#[derive(Clone, Copy)]
pub struct Look {
    pub theme: &'static str,
    pub language: &'static str,
}

/// All of them.
pub const LOOKS: [Look; 4] = [look("light", "en"), look("dark", "en"), look("light", "fr"), look("dark", "fr")];

const fn look(theme: &'static str, language: &'static str) -> Look {
    Look { theme, language }
}

impl Look {
    fn file(self, folder: &Path, screen: &str) -> PathBuf {
        let language = if self.language == "en" { String::new() } else { format!("-{}", self.language) };
        folder.join(format!("{screen}-{}{language}.png", self.theme))
    }

    /// Takes the window's picture as it is.
    pub async fn shot(self, desk: &Desk, folder: &Path, screen: &str) -> anyhow::Result<()> {
        desk.picture(&self.file(folder, screen)).await
    }
}

/// Takes the window's picture in every look, and leaves it in the first. The looks are changed behind the screen's back, so that
/// what stands there stays.
pub async fn in_every_look(desk: &Desk, folder: &Path, screen: &str) -> anyhow::Result<()> {
    for look in LOOKS {
        wear(desk, look).await?;
        look.shot(desk, folder, screen).await?;
    }
    wear(desk, LOOKS[0]).await
}

async fn wear(desk: &Desk, look: Look) -> anyhow::Result<()> {
    let change = "const [preferences, done] = arguments;
        window.__TAURI_INTERNALS__.invoke('set_preferences', { preferences }).then(() => done(true), (error) => done(String(error)));";
    let preferences = serde_json::json!({ "theme": look.theme, "language": look.language });
    desk.driver.execute_async(change, vec![preferences]).await?;
    Ok(())
}
