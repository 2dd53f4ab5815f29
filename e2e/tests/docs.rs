//! The device made of `curl` in `docs/sync.md`, run as it stands there against a real server.

use anyhow::Context as _;
use beadsbox_e2e::serve;
use tokio::process::Command;

#[tokio::test]
async fn the_curl_device_of_the_documentation_pushes_and_pulls() -> anyhow::Result<()> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sync.md"))?;
    let script = page.split("```bash\n").nth(1).and_then(|rest| rest.split("```").next()).context("the script in docs/sync.md")?;
    let promised = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).context("its output in docs/sync.md")?;

    let server = serve().await?;
    server.program().run(&["seed"], "").await?;
    let code = server.program().enrolment_code("Paris Marais").await?;
    let folder = tempfile::tempdir()?;
    let ran = Command::new("bash")
        .args(["-euc", script])
        .env("SERVER", server.url())
        .env("CODE", code)
        .current_dir(folder.path())
        .output()
        .await?;
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8(ran.stdout)?, promised);
    Ok(())
}
