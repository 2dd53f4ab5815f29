//! Mail: set up and not, a text with its preview and with faults, what could not be sent, a voucher that was mailed, and another password.

use std::path::Path;

use anyhow::Context as _;
use beadsbox_domain::Person;
use beadsbox_e2e::{Desk, serve, serve_mailing};
use beadsbox_protocol::{
    person::SaltedPerson,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    MailReceiver, Reception, ServerProcess,
    fixtures::{self, INTRODUCTION},
    told,
};
use thirtyfour::Key;

use crate::{
    centre::{ADMIN, enrolled, sample_data},
    hands::{click_first, new_device, scroll_to, sign_out},
    look::in_every_look,
};

/// Sample data have nobody of that name.
const ZOE: &str = "Zoë Quatremer";

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    not_set_up(folder).await?;
    let receiver = MailReceiver::start().await?;
    let mut server = serve_mailing(&receiver).await?;
    let shop = sample_data(&server).await?;
    sell(&server, &shop, ZOE).await?;
    receiver.until(1).await;
    // Two are given up, and one is tried again.
    let policy = Reception::RefuseSender("554 5.7.1 not from here");
    receiver.will([Reception::Refuse("550 5.1.1 no such person"), Reception::Refuse("552 5.2.2 the mailbox is full"), policy]);
    for buyer in ["Élodie Marchand", "Jean-Baptiste de La Rochefoucauld", "Ida Nkemelu"] {
        sell(&server, &shop, buyer).await?;
    }
    receiver.until_called(4).await;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Office 1", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-mail").await?;
    desk.css("[data-testid='failed-job']").await?;
    desk.css("[data-testid='mail-preview'] iframe").await?;
    in_every_look(&desk, folder, "mail").await?;
    texts(&desk, folder).await?;
    voucher(&desk, folder, &mut server).await?;
    forgotten(&desk, folder).await?;
    desk.close().await
}

async fn not_set_up(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Office 1", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-mail").await?;
    desk.find("mail-not-set-up").await?;
    desk.css("[data-testid='mail-preview'] iframe").await?;
    in_every_look(&desk, folder, "mail-not-set-up").await?;
    desk.close().await
}

/// A till elsewhere sells one to somebody with an address.
async fn sell(server: &ServerProcess, shop: &str, buyer: &str) -> anyhow::Result<()> {
    let mut till = enrolled(server, shop, &format!("Till of {buyer}")).await?;
    let Some(Row::Template(template)) = till.cache.get(&RowKey::Template(INTRODUCTION)) else {
        anyhow::bail!("no template")
    };
    let person = SaltedPerson::new(&Person { ..fixtures::person(buyer) }, fixtures::random())?;
    let (_, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
    till.remember(&person);
    till.record(sale);
    Ok(told(till.push().await)?)
}

async fn texts(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    scroll_to(desk, "mail-texts").await?;
    in_every_look(desk, folder, "mail-texts").await?;
    desk.fill("mail-body", "Hello {{ byuer }},\n\nthank you.\n{% for x in vouchers %}").await?;
    desk.attribute_is("mail-preview", "data-faults", "2").await?;
    scroll_to(desk, "mail-texts").await?;
    in_every_look(desk, folder, "mail-faults").await?;
    desk.fill(
        "mail-body",
        "Dear {{ buyer }},\n\nhere is what you chose:\n{{ vouchers }}\n{% if voucher.expires %}Use it by {{ voucher.expires }}.{% endif %}",
    )
    .await?;
    desk.attribute_is("mail-preview", "data-faults", "0").await?;
    desk.click("mail-save").await?;
    desk.attribute_is("mail-own", "data-own", "true").await?;
    desk.click("mail-view-text").await?;
    desk.find("mail-preview-text").await?;
    in_every_look(desk, folder, "mail-own").await?;
    desk.click("mail-test-open").await?;
    desk.fill("mail-test-to", "adrien@example.org").await?;
    desk.click("mail-test-send").await?;
    desk.find("mail-test-sent").await?;
    in_every_look(desk, folder, "mail-test").await?;
    desk.driver.action_chain().send_keys(Key::Escape).perform().await?;
    scroll_to(desk, "addresses").await?;
    in_every_look(desk, folder, "mail-addresses").await
}

async fn voucher(desk: &Desk, folder: &Path, server: &mut ServerProcess) -> anyhow::Result<()> {
    desk.click("nav-vouchers").await?;
    desk.fill("voucher-search", ZOE).await?;
    desk.until("Zoë's alone", async || (desk.count("[data-testid='voucher-row']").await.ok()? == 1).then_some(())).await?;
    click_first(desk, "[data-testid='voucher-row']").await?;
    desk.css("[data-testid='voucher-mail'][data-state='sent']").await.context("the mail of the sale")?;
    scroll_to(desk, "voucher-mails").await?;
    in_every_look(desk, folder, "voucher-mailed").await?;
    server.kill().await?;
    desk.click("voucher-mail-send").await?;
    desk.find("voucher-mail-problem").await?;
    scroll_to(desk, "voucher-mails").await?;
    in_every_look(desk, folder, "voucher-mail-offline").await?;
    server.up().await?;
    Ok(())
}

async fn forgotten(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    sign_out(desk).await?;
    desk.attribute_is("status-online", "data-online", "true").await?;
    in_every_look(desk, folder, "sign-in-forgotten").await?;
    desk.click("signin-forgotten").await?;
    desk.fill("reset-name", "Camille").await?;
    in_every_look(desk, folder, "reset-ask").await?;
    desk.click("reset-ask").await?;
    desk.fill("reset-token", "0123").await?;
    desk.fill("reset-password", "short").await?;
    desk.click("reset-set").await?;
    in_every_look(desk, folder, "reset-set").await
}
