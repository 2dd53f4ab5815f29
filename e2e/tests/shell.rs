//! The palette and the menu in the real window, by keys of the X server: what is typed there reaches screens, actions and vouchers.

use anyhow::Context as _;
use beadsbox_e2e::{
    Desk, Hands, Layout,
    office::{PASSWORD, SHOP, centre, office},
};
use beadsbox_protocol::rows::{Row, RowKey};
use beadsbox_testkit::{
    ServerProcess, TestDevice,
    fixtures::{self, INTRODUCTION},
    told,
};

const PACE: u32 = 120;

async fn server_with_people() -> anyhow::Result<ServerProcess> {
    centre(&[("Ada", "admin"), ("Bea", "back_office"), ("Carla", "counter")]).await
}

/// A voucher that some till sold.
async fn sold(server: &ServerProcess) -> anyhow::Result<String> {
    let mut till = told(TestDevice::enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await)?;
    told(till.sign_in("Carla", PASSWORD).await)?;
    told(till.pull().await)?;
    let Some(Row::Template(template)) = till.cache.get(&RowKey::Template(INTRODUCTION)).cloned() else {
        anyhow::bail!("no introduction");
    };
    let person = fixtures::salted("Zazie");
    let (voucher, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
    till.remember(&person);
    till.record(sale);
    told(till.push().await)?;
    told(till.pull().await)?;
    match till.cache.get(&RowKey::Voucher(voucher)) {
        Some(Row::Voucher(row)) => Ok(row.voucher.code.to_string()),
        _ => anyhow::bail!("the sale did not come back"),
    }
}

/// Opens the palette, types, and takes what stands first.
async fn take(desk: &Desk, typed: &str, first: &str) -> anyhow::Result<()> {
    Hands::strike(&["ctrl+k"]).await?;
    desk.find("palette-input").await?;
    Hands::type_at(Layout::Us, typed, PACE).await?;
    desk.css(&format!("[data-testid='palette-{first}'][data-selected]")).await?;
    Hands::strike(&["Return"]).await
}

async fn is_on(desk: &Desk, screen: &str) -> anyhow::Result<()> {
    desk.attribute_is(&format!("nav-{screen}"), "aria-current", "page").await
}

#[tokio::test]
async fn the_palette_reaches_screens_actions_and_vouchers_by_the_keyboard_alone() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    let code = sold(&server).await?;
    let data = tempfile::tempdir()?;
    Layout::Us.use_it().await?;
    let desk = office(&server, data.path(), "Ada").await?;
    desk.find("voucher-row").await?;

    take(&desk, "confl", "go_conflicts").await?;
    is_on(&desk, "conflicts").await?;
    // A voucher by its code, however it is typed.
    take(&desk, &code.to_lowercase().replace('-', " "), "code").await?;
    is_on(&desk, "vouchers").await?;
    desk.attribute_is("voucher-detail", "data-code", &code).await?;
    // An action of another screen, with the cursor where it goes on.
    take(&desk, "new templ", "new_template").await?;
    is_on(&desk, "templates").await?;
    desk.find("template-editor").await?;

    // What was used last stands first; Escape gives the screen back.
    Hands::strike(&["ctrl+k"]).await?;
    let first = desk.css("[data-testid^='palette-'][data-selected]").await?;
    assert_eq!(first.attr("data-testid").await?.as_deref(), Some("palette-new_template"));
    Hands::strike(&["Escape"]).await?;
    desk.until("the palette closed", async || (desk.count("[data-testid='palette']").await.ok()? == 0).then_some(()))
        .await?;
    desk.close().await
}

#[tokio::test]
async fn the_menu_does_what_the_palette_does_and_has_nothing_that_the_role_may_not() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    let data = tempfile::tempdir()?;
    Layout::Us.use_it().await?;
    let desk = office(&server, data.path(), "Bea").await?;
    desk.find("voucher-count").await?;

    // File, Edit, View, Go: its second entry is the second screen. The page fills the menu a moment after it is there itself.
    desk.until("the second screen", async || {
        Hands::strike(&["Escape", "F10", "Right", "Right", "Right", "Down", "Down", "Return"]).await.ok()?;
        (desk.count("[data-testid='nav-templates'][aria-current='page']").await.ok()? == 1).then_some(())
    })
    .await?;
    // The menu's own keys come once, whoever answers them.
    let width = "return window.innerWidth";
    let before = desk.driver.execute(width, Vec::new()).await?.convert::<u32>()?;
    Hands::strike(&["ctrl+equal"]).await?;
    desk.until("larger", async || {
        let now = desk.driver.execute(width, Vec::new()).await.ok()?.convert::<u32>().ok()?;
        (now < before && now * 112 > before * 100).then_some(())
    })
    .await?;
    Hands::strike(&["ctrl+0"]).await?;
    desk.until("as before", async || {
        (desk.driver.execute(width, Vec::new()).await.ok()?.convert::<u32>().ok()? == before).then_some(())
    })
    .await?;

    // The back office has no staff, neither at the edge nor in the palette, of which the menu is made.
    Hands::strike(&["ctrl+k"]).await?;
    desk.find("palette-go_conflicts").await?;
    assert_eq!(desk.count("[data-testid='palette-go_staff'], [data-testid='palette-enrol_device']").await?, 0);
    Hands::strike(&["Escape"]).await?;
    desk.until("the palette closed", async || (desk.count("[data-testid='palette']").await.ok()? == 0).then_some(()))
        .await?;

    // The list of keys is made of the same.
    Hands::strike(&["question"]).await?;
    desk.text_where("keys", |text| text.contains("Conflicts") && !text.contains("Staff")).await?;
    desk.close().await
}

/// A person of the back office at a device of their own.
async fn at_the_office(server: &ServerProcess, data: &std::path::Path, layout: Layout) -> anyhow::Result<Desk> {
    layout.use_it().await?;
    let desk = office(server, data, "Bea").await?;
    desk.find("voucher-count").await?;
    Ok(desk)
}

async fn is_gone(desk: &Desk, id: &str) -> anyhow::Result<()> {
    let selector = format!("[data-testid='{id}']");
    desk.until(&format!("{id} gone"), async || (desk.count(&selector).await.ok()? == 0).then_some(())).await
}

#[tokio::test]
async fn what_is_typed_behind_the_lock_goes_into_the_lock_whatever_was_open() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    let data = tempfile::tempdir()?;
    let desk = at_the_office(&server, data.path(), Layout::Us).await?;
    desk.click("voucher-filters").await?;
    desk.find("filter-apply").await?;
    desk.driver.execute("window.__TAURI_INTERNALS__.invoke('lock')", Vec::new()).await?;
    desk.find("unlock-password").await?;
    is_gone(&desk, "filter-apply").await?;
    Hands::type_at(Layout::Us, "honey", PACE).await?;
    desk.value_is("unlock-password", "honey").await?;
    desk.close().await
}

#[tokio::test]
async fn whatever_would_lose_what_is_typed_asks_before() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    let data = tempfile::tempdir()?;
    let desk = at_the_office(&server, data.path(), Layout::Us).await?;
    desk.click("nav-templates").await?;
    desk.click("template-new").await?;
    desk.fill("template-title", "honey bath").await?;

    // Signing out, closing the window by the desktop's keys, and quitting, which stands last in the first menu.
    for keys in [&[][..], &["alt+F4"], &["F10", "Up", "Return"]] {
        if keys.is_empty() {
            desk.click("sign-out").await?;
        } else {
            Hands::strike(keys).await?;
        }
        desk.find("template-discard").await.with_context(|| format!("{keys:?}"))?;
        // Escape closes the question, and nothing beneath it.
        Hands::strike(&["Escape"]).await?;
        is_gone(&desk, "template-discard").await?;
        desk.value_is("template-title", "honey bath").await?;
    }
    desk.click("sign-out").await?;
    desk.leave_through("template-discard", "start").await?;
    desk.close().await
}

#[tokio::test]
async fn the_keys_work_on_a_french_keyboard() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    let data = tempfile::tempdir()?;
    let desk = at_the_office(&server, data.path(), Layout::Fr).await?;
    // The key of the two, which types another letter there.
    Hands::strike(&["ctrl+eacute"]).await?;
    is_on(&desk, "templates").await?;
    Hands::strike(&["slash"]).await?;
    is_on(&desk, "vouchers").await?;
    desk.css("[data-testid='voucher-search']:focus").await?;
    Layout::Us.use_it().await?;
    desk.close().await
}
