//! Updates in the real window, from a real server with real signatures: offered, none, forged, and a server that is away. Nothing installs
//! itself.

use std::path::Path;

use beadsbox_e2e::{
    Desk, Keys, SigningKey, UpdateServer,
    office::{PASSWORD, SHOP, centre},
};

const PACKAGE: &[u8] = b"as if it were a package";

/// The office of an admin, on its settings, where nobody has asked for updates yet.
async fn settings(data: &Path, more: &[String]) -> anyhow::Result<Desk> {
    let desk = Desk::open_with(data, Keys::File, more).await?;
    desk.sign_in("Ada", PASSWORD, "office").await?;
    desk.click("nav-settings").await?;
    Ok(desk)
}

/// Asks, is offered that version, and has it installed; which must not come to pass.
async fn is_refused(data: &Path, more: &[String], version: &str, code: &str) -> anyhow::Result<()> {
    let desk = settings(data, more).await?;
    desk.click("update-ask").await?;
    desk.attribute_is("updates", "data-newer", version).await?;
    desk.find("status-update").await?;
    desk.click("update-install").await?;
    desk.attribute_is("update-problem", "data-code", code).await?;
    desk.close().await
}

#[tokio::test]
async fn an_update_is_offered_checked_and_never_forced() -> anyhow::Result<()> {
    let server = centre(&[("Ada", "admin")]).await?;
    let (ours, theirs, mut updates) = (SigningKey::make().await?, SigningKey::make().await?, UpdateServer::open().await?);
    let data = tempfile::tempdir()?;
    let more = ["--update-url", &updates.url(), "--update-key", &ours.public().display().to_string()].map(str::to_owned);
    let desk = Desk::open_with(data.path(), Keys::File, &more).await?;
    desk.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Office 1").await?;
    desk.find("signin-name").await?;
    desk.close().await?;

    // The same version: there is none.
    let current = env!("CARGO_PKG_VERSION");
    updates.give(current, PACKAGE, &ours.sign(PACKAGE, current).await?);
    let desk = settings(data.path(), &more).await?;
    desk.click("update-ask").await?;
    desk.text_where("update-said", |said| said.contains("newest")).await?;
    assert_eq!(desk.count("[data-testid='status-update']").await?, 0);
    desk.close().await?;

    // Somebody else's signature, and an older package of ours under a newer number.
    updates.give("9.0.0", PACKAGE, &theirs.sign(PACKAGE, "9.0.0").await?);
    is_refused(data.path(), &more, "9.0.0", "update_not_genuine").await?;
    updates.give("9.0.1", PACKAGE, &ours.sign(PACKAGE, "0.0.9").await?);
    is_refused(data.path(), &more, "9.0.1", "update_not_genuine").await?;
    // Ours holds; only that no package installed this program keeps it as it is.
    updates.give("9.1.0", PACKAGE, &ours.sign(PACKAGE, "9.1.0").await?);
    is_refused(data.path(), &more, "9.1.0", "update_not_a_package").await?;

    // Nobody answers: said, and work goes on.
    updates.close().await;
    let desk = settings(data.path(), &more).await?;
    desk.click("update-ask").await?;
    desk.attribute_is("update-problem", "data-code", "update_server_down").await?;
    desk.attribute_is("status-online", "data-online", "true").await?;
    desk.close().await
}
