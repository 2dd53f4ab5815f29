//! Every screen is walked through in the real window, light and dark, and axe finds nothing on it.

use std::{path::PathBuf, process::Stdio};

use anyhow::ensure;
use rstest::rstest;
use tokio::process::Command;

#[rstest]
#[case::every_screen("tour")]
#[case::grid("grid")]
#[case::reports("reports")]
#[case::corrections("corrections")]
#[case::day("day")]
#[case::devices("devices")]
#[case::administration("administration")]
#[case::issue("issue")]
#[case::mail("mail")]
#[case::shell("shell")]
#[case::strained("strained")]
#[tokio::test]
async fn axe_finds_nothing(#[case] scene: &str) -> anyhow::Result<()> {
    let kept = tempfile::tempdir()?;
    // Where pictures are kept, these are worth keeping when something is found.
    let folder = std::env::var_os("BEADSBOX_E2E_PICTURES").map_or_else(|| kept.path().to_owned(), |kept| PathBuf::from(kept).join(scene));
    let output = Command::new(env!("CARGO_BIN_EXE_screens"))
        .args(["--looks", "light,dark"])
        .arg(folder)
        .arg(scene)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
