//! Devices let in by a QR code, renamed and moved; and the inbox with who works on what.

use std::path::Path;

use beadsbox_e2e::{Desk, Keys, Layout, Scanner, serve};
use beadsbox_protocol::{badge, enrol_ticket::EnrolTicket};
use thirtyfour::Key;

use crate::{
    centre::sample_data,
    hands::{click_first, open_sync, scroll_to},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = Desk::open(data.path(), Keys::File).await?;
    desk.find("enrol-server").await?;
    in_every_look(&desk, folder, "enrol").await?;
    let scanner = Scanner { layout: Layout::Us, pace: 8 };
    scanner.scan(&badge::text(&[7; badge::SECRET_BYTES])).await?;
    desk.attribute_is("enrol-scan", "data-kind", "badge").await?;
    in_every_look(&desk, folder, "enrol-badge").await?;
    let code = server.program().enrolment_code(&shop).await?;
    scanner.scan(&EnrolTicket::new(&server.url(), &code, Some("Front desk"))?.text()).await?;
    desk.attribute_is("enrol-scan", "data-kind", "ticket").await?;
    in_every_look(&desk, folder, "enrol-scanned").await?;
    desk.driver.action_chain().send_keys(Key::Enter).perform().await?;
    desk.find("signin-name").await?;

    open_sync(&desk).await?;
    desk.click("device-enrol").await?;
    desk.fill("enrol-device-name", "Till 7").await?;
    in_every_look(&desk, folder, "enrol-dialog").await?;
    desk.click("device-enrol-make").await?;
    desk.find("enrol-qr").await?;
    in_every_look(&desk, folder, "enrol-qr").await?;
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;
    scroll_to(&desk, "sync-devices").await?;
    in_every_look(&desk, folder, "sync-devices-admin").await?;
    click_first(&desk, "[data-testid='device-row'][data-name='Front desk'] [data-testid='device-change']").await?;
    desk.fill("device-name", "Front desk, first floor").await?;
    desk.click("device-shop").await?;
    click_first(&desk, "[data-testid^='device-shop-']:not([aria-selected='true'])").await?;
    desk.find("device-moved").await?;
    in_every_look(&desk, folder, "device-change").await?;
    desk.click("device-save").await?;
    desk.text_where("status-place", |text| text.contains("first floor")).await?;
    in_every_look(&desk, folder, "device-moved").await?;

    desk.click("nav-conflicts").await?;
    click_first(&desk, "[data-testid='conflict-row'][data-state='open']").await?;
    desk.find("assignee-take").await?;
    in_every_look(&desk, folder, "conflict-nobodys").await?;
    desk.click("assignee-take").await?;
    desk.attribute_is("conflict-assignee", "data-whose", "mine").await?;
    in_every_look(&desk, folder, "conflict-mine").await?;
    desk.click("conflict-settle").await?;
    desk.click("settlement-charge_shop").await?;
    in_every_look(&desk, folder, "conflict-settle").await?;
    desk.fill("settle-reason", "The till had been offline since noon").await?;
    desk.click("settle-confirm").await?;
    desk.click("conflicts-settled").await?;
    click_first(&desk, "[data-testid='conflict-row'][data-state='settled']").await?;
    desk.find("conflict-books").await?;
    in_every_look(&desk, folder, "conflict-settled").await?;
    desk.close().await
}
