//! The screens under strain: words longer than their places, the smallest window, and letters twice as large.

use std::path::Path;

use anyhow::Context as _;
use beadsbox_domain::{
    Person,
    text::{Email, Message, PersonName},
};
use beadsbox_e2e::{Desk, serve};
use beadsbox_protocol::{
    person::SaltedPerson,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    ServerProcess,
    fixtures::{self, INTRODUCTION},
    told,
};

use crate::{
    centre::{ADMIN, COUNTER, enrolled, sample_data},
    hands::{choose, new_device, sign_out},
    look::in_every_look,
};

/// No line of any screen can be broken within it.
const WORD: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
/// The screens of the office, and what stands on each once it is there.
const OFFICE: [(&str, &str); 10] = [
    ("vouchers", "[data-testid='voucher-row']"),
    ("templates", "[data-testid='template-row']"),
    ("issue", "[data-testid='issue']"),
    ("import", "[data-testid='import']"),
    ("conflicts", "[data-testid='conflict-row']"),
    ("reports", "[data-testid^='report']"),
    ("sync", "[data-testid='device-row']"),
    ("mail", "[data-testid='mail-not-set-up']"),
    ("administration", "[data-testid='shop-row']"),
    ("settings", "[data-testid='settings-about']"),
];
/// The office's smallest window, its usual one with letters twice as large, and a wide one.
const STRAINS: [(&str, (u32, u32), u32); 3] = [("narrow", (760, 560), 100), ("zoomed", (1360, 860), 200), ("wide", (1590, 990), 100)];

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let server = serve().await?;
    let shop = sample_data(&server).await?;
    sell_to_a_long_name(&server, &shop).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, WORD, data.path()).await?;
    for (name, (width, height), zoom) in STRAINS {
        desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
        desk.resize(width, height).await?;
        zoom_to(&desk, zoom).await?;
        office(&desk, folder, name).await?;
        zoom_to(&desk, 100).await?;
        sign_out(&desk).await?;
        desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
        desk.resize(width, height).await?;
        zoom_to(&desk, zoom).await?;
        counter(&desk, folder, name).await?;
        zoom_to(&desk, 100).await?;
        sign_out(&desk).await?;
    }
    desk.close().await
}

async fn office(desk: &Desk, folder: &Path, strain: &str) -> anyhow::Result<()> {
    for (screen, there) in OFFICE {
        choose(desk, &format!("[data-testid='nav-{screen}']")).await?;
        desk.css(there).await?;
        in_every_look(desk, folder, &format!("{strain}-{screen}")).await?;
    }
    choose(desk, "[data-testid='nav-vouchers']").await?;
    choose(desk, "[data-testid='voucher-row']").await?;
    desk.css("[data-testid='history-entry']").await?;
    in_every_look(desk, folder, &format!("{strain}-voucher")).await?;
    choose(desk, "[data-testid='nav-templates']").await?;
    choose(desk, "[data-testid='template-row'] td:first-child").await?;
    desk.find("template-title").await?;
    in_every_look(desk, folder, &format!("{strain}-template")).await
}

async fn counter(desk: &Desk, folder: &Path, strain: &str) -> anyhow::Result<()> {
    desk.find("redeem-input").await?;
    in_every_look(desk, folder, &format!("{strain}-redeem")).await?;
    choose(desk, "[data-testid='nav-sell']").await?;
    choose(desk, "[data-testid^='sell-template-']").await?;
    desk.fill("sell-buyer", WORD).await?;
    in_every_look(desk, folder, &format!("{strain}-sell")).await
}

/// As the keys do, step by step.
async fn zoom_to(desk: &Desk, wanted: u32) -> anyhow::Result<()> {
    let first = if wanted > 100 { "in" } else { "reset" };
    for _ in 0..10 {
        let now = desk.invoke("zoom", serde_json::json!({ "step": first })).await?;
        if now.as_u64().with_context(|| format!("no size of letters: {now}"))? == u64::from(wanted) {
            return Ok(());
        }
    }
    anyhow::bail!("there is no size {wanted}")
}

async fn sell_to_a_long_name(server: &ServerProcess, shop: &str) -> anyhow::Result<()> {
    let mut till = enrolled(server, shop, "Till of long words").await?;
    let Some(Row::Template(template)) = till.cache.get(&RowKey::Template(INTRODUCTION)) else {
        anyhow::bail!("no template")
    };
    let person = Person {
        buyer: PersonName::new(WORD)?,
        email: Some(Email::new("a.very.long.address.of.somebody@donaudampfschifffahrtsgesellschaft.example.org")?),
        recipient: Some(PersonName::new("Marie-Antoinette Josèphe Jeanne de Habsbourg-Lorraine, archiduchesse d'Autriche")?),
        message: Some(Message::new(WORD)?),
    };
    let person = SaltedPerson::new(&person, fixtures::random())?;
    let (_, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
    till.remember(&person);
    till.record(sale);
    Ok(told(till.push().await)?)
}
