//! Many vouchers at once: the form, a table of recipients with mistakes, what was issued, the batches; and another system's table.

use std::path::Path;

use beadsbox_e2e::{Desk, dialog, serve};

use crate::{
    centre::{ADMIN, sample_data},
    hands::{new_device, scroll_to},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Office 1", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    issue(&desk, folder).await?;
    import(&desk, folder).await?;
    desk.close().await
}

fn sample(name: &str) -> anyhow::Result<std::path::PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name).canonicalize()?)
}

async fn issue(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    desk.click("nav-issue").await?;
    desk.find("issue-form").await?;
    in_every_look(desk, folder, "issue-empty").await?;
    desk.fill("issue-name", "Christmas 2026, Dupont").await?;
    desk.fill("issue-number", "250").await?;
    desk.fill("issue-buyer", "Dupont & Sons").await?;
    desk.click("issue-check").await?;
    desk.attribute_is("issue-preview", "data-good", "250").await?;
    in_every_look(desk, folder, "issue-checked").await?;
    desk.click("issue-confirm").await?;
    desk.attribute_is("issued", "data-vouchers", "250").await?;
    desk.attribute_is("batch-row", "data-waiting", "0").await?;
    in_every_look(desk, folder, "issue-done").await?;

    desk.click("issue-another").await?;
    desk.fill("issue-name", "Guests of the open day").await?;
    desk.click("issue-whom-table").await?;
    desk.click("sheet-choose").await?;
    dialog::open_file(desk, &sample("recipients.csv")?).await?;
    desk.attribute_is("sheet-open", "data-rows", "6").await?;
    desk.click("issue-check").await?;
    desk.attribute_is("issue-preview", "data-refused", "3").await?;
    desk.css("[data-testid='sheet-line']").await?;
    in_every_look(desk, folder, "issue-table").await?;
    scroll_to(desk, "issue-preview").await?;
    in_every_look(desk, folder, "issue-table-lines").await
}

async fn import(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    desk.click("nav-import").await?;
    desk.find("sheet-choose").await?;
    in_every_look(desk, folder, "import-empty").await?;
    desk.click("sheet-choose").await?;
    dialog::open_file(desk, &sample("ancienne-caisse.csv")?).await?;
    desk.attribute_is("sheet-open", "data-rows", "6").await?;
    desk.fill("import-source", "Ancienne caisse").await?;
    in_every_look(desk, folder, "import-rules").await?;
    desk.click("import-check").await?;
    desk.attribute_is("import-checked", "data-refused", "3").await?;
    desk.css("[data-testid='sheet-line']").await?;
    scroll_to(desk, "import-checked").await?;
    in_every_look(desk, folder, "import-checked").await?;
    desk.click("import-confirm").await?;
    desk.find("import-done-title").await?;
    in_every_look(desk, folder, "import-done").await
}
