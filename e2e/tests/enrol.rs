//! A device that enrols by a scan, in the real window: whatever has the focus, on another keyboard's layout, and confirmed with one key; then
//! an admin takes a conflict there.

use beadsbox_e2e::{Desk, Keys, Layout, Scanner, serve};
use beadsbox_protocol::{
    badge,
    enrol_ticket::EnrolTicket,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    ServerProcess, TestDevice,
    fixtures::{self, INTRODUCTION},
    told,
};
use thirtyfour::Key;

const SHOP: &str = "Montmartre";
const PASSWORD: &str = "honey and amber 7";

async fn server_with_people() -> anyhow::Result<ServerProcess> {
    let server = serve().await?;
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    for (name, role) in [("Ada", "admin"), ("Bea", "back_office"), ("Carla", "counter")] {
        server.program().run(&["staff", "add", name, "--role", role, "--password-stdin"], PASSWORD).await?;
    }
    Ok(server)
}

async fn device(server: &ServerProcess, name: &str) -> anyhow::Result<TestDevice> {
    let mut device = told(TestDevice::enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, name).await)?;
    told(device.sign_in("Carla", PASSWORD).await)?;
    told(device.pull().await)?;
    Ok(device)
}

/// Two tills that honoured one voucher.
async fn collide(server: &ServerProcess) -> anyhow::Result<()> {
    let (mut one, mut two) = (device(server, "Till 1").await?, device(server, "Till 2").await?);
    let Some(Row::Template(template)) = one.cache.get(&RowKey::Template(INTRODUCTION)).cloned() else {
        anyhow::bail!("no introduction");
    };
    let person = fixtures::salted("Zazie");
    let (voucher, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
    one.remember(&person);
    one.record(sale);
    for till in [&mut one, &mut two] {
        till.record(fixtures::honour(voucher));
        told(till.push().await)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_device_enrols_by_a_scan_and_one_key_and_a_conflict_is_taken_there() -> anyhow::Result<()> {
    let server = server_with_people().await?;
    collide(&server).await?;
    let data = tempfile::tempdir()?;
    let office = Desk::open(data.path(), Keys::File).await?;
    office.find("enrol-server").await?;

    // What is no ticket says what it is, and fills in nothing, whatever has the focus.
    Layout::Fr.use_it().await?;
    let scanner = Scanner { layout: Layout::Us, pace: 8 };
    office.find("enrol-code").await?.click().await?;
    scanner.scan(&badge::text(&[7; badge::SECRET_BYTES])).await?;
    office.attribute_is("enrol-scan", "data-kind", "badge").await?;
    scanner.scan("CAR0VAN0TESTX").await?;
    office.attribute_is("enrol-scan", "data-kind", "voucher").await?;
    assert_eq!((office.value("enrol-server").await?.as_str(), office.value("enrol-code").await?.as_str()), ("https://", ""));

    // A ticket fills in all of it, and Enter alone confirms.
    let code = server.program().enrolment_code(SHOP).await?;
    let ticket = EnrolTicket::new(&server.url(), &code, Some("Back office, étage"))?;
    scanner.scan(&ticket.text()).await?;
    office.attribute_is("enrol-scan", "data-kind", "ticket").await?;
    office.text_where("enrol-scan", |text| text.contains(&server.url())).await?;
    assert_eq!(office.value("enrol-server").await?, server.url());
    assert_eq!((office.value("enrol-code").await?, office.value("enrol-name").await?), (code, "Back office, étage".to_owned()));
    office.driver.action_chain().send_keys(Key::Enter).perform().await?;
    office.sign_in("Ada", PASSWORD, "office").await?;
    office.text_where("status-place", |text| text.contains("Back office, étage")).await?;

    // The inbox: nobody's, then Ada's.
    office.click("nav-conflicts").await?;
    office.click("conflict-row").await?;
    office.attribute_is("conflict-assignee", "data-whose", "nobodys").await?;
    office.click("assignee-take").await?;
    office.attribute_is("conflict-assignee", "data-whose", "mine").await?;
    office.click("conflicts-whose-nobodys").await?;
    office
        .until("nothing of nobody's", async || (office.count("[data-testid='conflict-row']").await.ok()? == 0).then_some(()))
        .await?;
    office.click("conflicts-whose-mine").await?;
    office.click("conflict-row").await?;

    // What settling it does to the books stands there before and after.
    office.click("conflict-settle").await?;
    office.attribute_is("settle-books", "data-bearer", "organisation").await?;
    office.click("settlement-charge_shop").await?;
    office.text_where("settle-books", |text| text.contains(SHOP)).await?;
    office.fill("settle-reason", "The till had been offline since noon").await?;
    office.click("settle-confirm").await?;
    office.click("conflicts-whose-all").await?;
    office.click("conflicts-settled").await?;
    office.click("conflict-row").await?;
    office.attribute_is("conflict-books", "data-bearer", "shop").await?;
    Layout::Us.use_it().await?;
    office.close().await
}
