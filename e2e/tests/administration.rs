//! In the real window: an admin adds somebody, who signs in by the one-time password and has to choose another, and resets it; and sets up a
//! second factor, which is asked for from then on.

use beadsbox_e2e::{
    Authenticator, Desk,
    office::{PASSWORD, centre, office},
};

const OWN: &str = "beads of many colours";

async fn row_action(desk: &Desk, name: &str, action: &str) -> anyhow::Result<()> {
    let selector = format!("[data-testid='staff-row'][data-name='{name}'] [data-testid='{action}']");
    desk.css(&selector).await?.click().await?;
    Ok(())
}

/// Reads the one-time password that is shown, and closes it.
async fn one_time(desk: &Desk) -> anyhow::Result<String> {
    let password = desk.text_where("one-time-password", |text| text.len() >= 14).await?;
    desk.click("one-time-close").await?;
    Ok(password)
}

/// Signs in by a one-time password: the field for another one appears, and what was typed stays.
async fn first_sign_in(desk: &Desk, name: &str, password: &str, own: &str) -> anyhow::Result<()> {
    desk.fill("signin-name", name).await?;
    desk.fill("signin-password", password).await?;
    desk.click("signin-submit").await?;
    desk.find("signin-change").await?;
    assert_eq!(desk.value("signin-password").await?, password, "it keeps what was typed");
    desk.fill("signin-new_password", own).await?;
    desk.fill("signin-again", "mistyped").await?;
    desk.click("signin-submit").await?;
    desk.css("form [role='alert']").await?;
    desk.fill("signin-again", own).await?;
    desk.sign_in_as_filled("counter").await
}

/// A second factor that was set up: the authenticator, and the codes for whoever loses it.
struct Factor {
    app: Authenticator,
    recovery: Vec<String>,
}

/// The admin, signed in, sets up a second factor with an authenticator that scanned the QR code.
async fn set_up(desk: &Desk) -> anyhow::Result<Factor> {
    desk.click("nav-settings").await?;
    desk.attribute_is("factor-state", "data-on", "false").await?;
    desk.click("factor-begin").await?;
    desk.fill("factor-password", PASSWORD).await?;
    desk.click("factor-next").await?;
    let says = desk.find("factor-qr").await?.attr("data-text").await?.unwrap_or_default();
    let typed = desk.text_where("factor-secret", |text| !text.is_empty()).await?.replace(' ', "");
    anyhow::ensure!(says.contains(&format!("secret={typed}")), "whoever types has the secret of the picture");
    let mut app = Authenticator::scan(&says)?;
    desk.fill("factor-code", &app.code().await?).await?;
    desk.click("factor-next").await?;
    desk.css("[data-testid='recovery-codes'] li").await?;
    // The driver reads a grid as it is drawn.
    let listed = "return [...document.querySelectorAll(\"[data-testid='recovery-codes'] li\")].map((one) => one.textContent)";
    let recovery: Vec<String> = desk.driver.execute(listed, Vec::new()).await?.convert()?;
    anyhow::ensure!(recovery.len() == 10, "{recovery:?}");
    anyhow::ensure!(!desk.find("factor-done").await?.is_enabled().await?, "they are shown this once: first they are kept");
    desk.click("recovery-kept").await?;
    desk.click("factor-done").await?;
    desk.attribute_is("factor-state", "data-on", "true").await?;
    Ok(Factor { app, recovery })
}

/// Name and password, after which the server asks for a code.
async fn begin_sign_in(desk: &Desk) -> anyhow::Result<()> {
    desk.fill("signin-name", "Ada").await?;
    desk.fill("signin-password", PASSWORD).await?;
    desk.click("signin-submit").await?;
    desk.find("signin-code").await?;
    assert_eq!(desk.count("[data-testid='signin-problem']").await?, 0, "a field that appears says enough");
    Ok(())
}

/// The code is refused in words, and what was typed stays.
async fn refused(desk: &Desk, code: &str) -> anyhow::Result<()> {
    desk.fill("signin-code", code).await?;
    desk.click("signin-submit").await?;
    desk.attribute_is("signin-problem", "data-code", "second_factor_wrong").await?;
    desk.text_where("signin-problem", |text| text.contains("The code is wrong, or was used already")).await?;
    assert_eq!(desk.value("signin-name").await?, "Ada");
    assert_eq!(desk.value("signin-password").await?, PASSWORD);
    assert_eq!(desk.value("signin-code").await?, code);
    let focused = desk.driver.active_element().await?;
    assert_eq!(focused.attr("data-testid").await?.as_deref(), Some("signin-code"), "the cursor is where something is to be typed");
    Ok(())
}

async fn sign_in_with(desk: &Desk, code: &str) -> anyhow::Result<()> {
    desk.fill("signin-code", code).await?;
    desk.sign_in_as_filled("office").await
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_a_recovery_code_serves_once() -> anyhow::Result<()> {
    let server = centre(&[("Ada", "admin")]).await?;
    let data = tempfile::tempdir()?;
    let desk = office(&server, data.path(), "Ada").await?;
    let Factor { mut app, recovery } = set_up(&desk).await?;
    desk.sign_out().await?;

    begin_sign_in(&desk).await?;
    refused(&desk, "MIST-YPED-CODE").await?;
    sign_in_with(&desk, &app.code().await?).await?;
    desk.sign_out().await?;

    // Without the telephone.
    begin_sign_in(&desk).await?;
    sign_in_with(&desk, &recovery[0]).await?;
    desk.sign_out().await?;
    begin_sign_in(&desk).await?;
    refused(&desk, &recovery[0]).await?;
    sign_in_with(&desk, &recovery[1]).await?;
    desk.click("nav-settings").await?;
    desk.text_where("factor-state", |text| text.contains("8 recovery codes left")).await?;
    desk.close().await
}

#[tokio::test]
async fn an_admin_lets_somebody_in() -> anyhow::Result<()> {
    let server = centre(&[("Ada", "admin")]).await?;
    let data = tempfile::tempdir()?;
    let desk = office(&server, data.path(), "Ada").await?;

    // Somebody new.
    desk.click("nav-administration").await?;
    desk.find("shops").await?;
    desk.click("admin-staff").await?;
    desk.click("staff-add").await?;
    desk.fill("staff-name", "Dora").await?;
    desk.click("staff-role-counter").await?;
    desk.click("staff-save").await?;
    let password = one_time(&desk).await?;
    desk.css("[data-testid='staff-row'][data-name='Dora']").await?;
    desk.sign_out().await?;
    first_sign_in(&desk, "Dora", &password, OWN).await?;
    desk.text_where("status-person", |text| text.contains("Dora")).await?;
    desk.sign_out().await?;

    // Forgotten: another one-time password, and another of her own.
    desk.sign_in("Ada", PASSWORD, "office").await?;
    desk.click("nav-administration").await?;
    desk.click("admin-staff").await?;
    row_action(&desk, "Dora", "access-open").await?;
    desk.click("access-reset").await?;
    let again = one_time(&desk).await?;
    desk.sign_out().await?;
    desk.fill("signin-name", "Dora").await?;
    desk.fill("signin-password", OWN).await?;
    desk.click("signin-submit").await?;
    desk.attribute_is("signin-problem", "data-code", "wrong_password").await?;
    first_sign_in(&desk, "Dora", &again, "another of many colours").await?;
    desk.close().await
}
