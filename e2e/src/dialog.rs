//! The system's own file dialogs, answered by the keys of a person: no page has a hand in them.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use tokio::process::Command;

use crate::Desk;

/// Types into whatever window has the keys.
async fn xdotool(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("xdotool").args(arguments).output().await.context("xdotool")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Names the file that is to be saved.
pub async fn save_as(desk: &Desk, path: &Path) -> anyhow::Result<()> {
    answer(desk, "ctrl+a", path).await
}

/// Names the file that is to be opened.
pub async fn open_file(desk: &Desk, path: &Path) -> anyhow::Result<()> {
    answer(desk, "ctrl+l", path).await
}

async fn answer(desk: &Desk, into_the_name: &str, path: &Path) -> anyhow::Result<()> {
    desk.until("the dialog", async || {
        let name = xdotool(&["getactivewindow", "getwindowname"]).await.ok()?;
        (!name.is_empty() && !name.contains("My Beads Box")).then_some(())
    })
    .await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    xdotool(&["key", into_the_name]).await?;
    xdotool(&["type", "--delay", "15", &path.display().to_string()]).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    xdotool(&["key", "Return"]).await?;
    Ok(())
}
