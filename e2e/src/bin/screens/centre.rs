//! The centre of a scene: a server with sample data, and devices of plain HTTP at it.

use anyhow::Context as _;
use beadsbox_domain::Template;
use beadsbox_protocol::{
    fork::{QuarantineDecision, QuarantineEntry},
    rows::{Row, RowKey},
};
use beadsbox_testkit::{
    ServerProcess, TestDevice,
    fixtures::{self, INTRODUCTION},
    told,
};

const QUARANTINE: &str = "/v1/admin/quarantine";
/// What the sample data sign in with.
pub const ADMIN: (&str, &str) = ("Adrien", "adrien-beads");
pub const COUNTER: (&str, &str) = ("Camille", "camille-beads");

/// A server with sample data, and its first shop.
pub async fn sample_data(server: &ServerProcess) -> anyhow::Result<String> {
    server.program().run(&["seed"], "").await?;
    let shops = server.program().run(&["shop", "list"], "").await?;
    shops.split_whitespace().next().map(str::to_owned).ok_or_else(|| anyhow::anyhow!("no shop"))
}

/// A device of plain HTTP that knows everything, with a salesperson at it.
pub async fn enrolled(server: &ServerProcess, shop: &str, name: &str) -> anyhow::Result<TestDevice> {
    let mut device = told(TestDevice::enrol(&server.url(), &server.program().enrolment_code(shop).await?, name).await)?;
    told(device.sign_in(COUNTER.0, COUNTER.1).await)?;
    told(device.pull().await)?;
    Ok(device)
}

/// Revokes the device of that name.
pub async fn revoke(server: &ServerProcess, shop: &str, name: &str) -> anyhow::Result<()> {
    let mut admin = enrolled(server, shop, "Office 2").await?;
    let session = told(admin.sign_in(ADMIN.0, ADMIN.1).await)?.token;
    let device = admin.cache.values().find_map(|row| match row {
        Row::Device(device) if device.name == name => Some(device.id),
        _ => None,
    });
    let path = format!("/v1/admin/devices/{}/revoke", device.context("no such device")?);
    told(admin.call_as::<serde_json::Value>(&session, reqwest::Method::POST, &path, None::<&()>).await)?;
    Ok(())
}

/// Rejects everything that waits for an admin.
pub async fn reject_all(server: &ServerProcess, shop: &str) -> anyhow::Result<()> {
    let mut admin = enrolled(server, shop, "Office 3").await?;
    let session = told(admin.sign_in(ADMIN.0, ADMIN.1).await)?.token;
    let decision = QuarantineDecision { accept: false, reason: "This copy of the till should not have been started".to_owned() };
    let waiting: Vec<QuarantineEntry> = told(admin.call_as(&session, reqwest::Method::GET, QUARANTINE, None::<&()>).await)?;
    for QuarantineEntry { device_id, incarnation, .. } in waiting {
        let path = format!("{QUARANTINE}/{device_id}/{incarnation}");
        told(admin.call_as::<serde_json::Value>(&session, reqwest::Method::POST, &path, Some(&decision)).await)?;
    }
    Ok(())
}

/// Sales, each second one of them used.
pub fn record_a_day(device: &mut TestDevice, sales: usize) -> anyhow::Result<()> {
    let template = introduction(device).context("no introduction")?;
    for number in 0..sales {
        let person = fixtures::salted("Élodie Marchand");
        let (voucher, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
        device.remember(&person);
        device.record(sale);
        if number % 2 == 1 {
            device.record(fixtures::honour(voucher));
        }
    }
    Ok(())
}

fn introduction(device: &TestDevice) -> Option<Template> {
    match device.cache.get(&RowKey::Template(INTRODUCTION)) {
        Some(Row::Template(template)) => Some(template.clone()),
        _ => None,
    }
}
