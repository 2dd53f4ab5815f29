//! The till's day and the admin's: counted, closed, missed in one shop, and the server gone.

use std::path::Path;

use beadsbox_domain::{CashMovement, Operation};
use beadsbox_e2e::{Desk, serve};
use beadsbox_testkit::{fixtures::euros, told};

use crate::{
    centre::{ADMIN, COUNTER, enrolled, record_a_day, sample_data},
    hands::{click_first, new_device, sell, sign_out},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let mut server = serve().await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Till 1", data.path()).await?;
    // Another till of the shop has worked, and has not closed.
    let mut other = enrolled(&server, &shop, "Till 2").await?;
    other.record(Operation::MoveCash { movement: CashMovement::Float, amount: euros(15_000), reason: None });
    record_a_day(&mut other, 7)?;
    told(other.push().await)?;

    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    desk.click("nav-close").await?;
    desk.find("close-begin").await?;
    in_every_look(&desk, folder, "close-first").await?;
    cash(&desk, "float", "150", None).await?;
    cash(&desk, "in", "20", Some("Change fetched from the bank")).await?;
    desk.click("cash-out").await?;
    desk.fill("cash-amount", "35,50").await?;
    desk.fill("cash-reason", "Window cleaner").await?;
    in_every_look(&desk, folder, "close-cash").await?;
    desk.click("cash-confirm").await?;
    desk.css("[data-testid='cash-row'][data-movement='out']").await?;
    for buyer in ["Élodie Marchand", "Jean Valjean", "Marguerite Duras"] {
        sell(&desk, buyer).await?;
    }
    close_with_a_difference(&desk, folder).await?;
    server.kill().await?;
    close_offline(&desk, folder).await?;
    server.up().await?;
    desk.attribute_is("status-online", "data-online", "true").await?;
    desk.attribute_is("status-waiting", "data-waiting", "0").await?;
    sign_out(&desk).await?;

    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    desk.click("nav-endofday").await?;
    desk.css("[data-testid='device-day']").await?;
    in_every_look(&desk, folder, "end-of-day").await?;
    desk.click("eod-walk").await?;
    desk.css("[data-testid='walk'][data-step='conflicts']").await?;
    in_every_look(&desk, folder, "end-of-day-conflict").await?;
    while desk.count("[data-testid='walk-pass']").await? > 0 {
        click_first(&desk, "[data-testid='walk-pass']").await?;
    }
    desk.click("walk-call").await?;
    desk.find("to-call").await?;
    in_every_look(&desk, folder, "end-of-day-call").await?;
    desk.click("walk-leave").await?;
    server.kill().await?;
    desk.click("eod-again").await?;
    desk.find("eod-problem").await?;
    in_every_look(&desk, folder, "end-of-day-offline").await?;
    desk.close().await
}

async fn cash(desk: &Desk, movement: &str, amount: &str, reason: Option<&str>) -> anyhow::Result<()> {
    desk.click(&format!("cash-{movement}")).await?;
    desk.fill("cash-amount", amount).await?;
    if let Some(reason) = reason {
        desk.fill("cash-reason", reason).await?;
    }
    desk.click("cash-confirm").await?;
    desk.css(&format!("[data-testid='cash-row'][data-movement='{movement}']")).await.map(drop)
}

async fn close_with_a_difference(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    desk.click("nav-close").await?;
    desk.click("close-begin").await?;
    desk.find("count-EUR").await?;
    in_every_look(desk, folder, "close-count").await?;
    desk.click("count-pieces-EUR").await?;
    desk.fill("piece-5000", "4").await?;
    desk.fill("piece-2000", "2").await?;
    desk.fill("piece-200", "3").await?;
    in_every_look(desk, folder, "close-pieces").await?;
    desk.click("pieces-take").await?;
    desk.click("count-submit").await?;
    desk.fill("close-difference-reason", "Two coins of another country").await?;
    in_every_look(desk, folder, "close-compare").await?;
    desk.click("close-confirm").await?;
    desk.find("closed").await?;
    in_every_look(desk, folder, "close-closed").await?;
    desk.click("closed-done").await
}

async fn close_offline(desk: &Desk, folder: &Path) -> anyhow::Result<()> {
    sell(desk, "Colette").await?;
    desk.click("nav-close").await?;
    desk.click("close-begin").await?;
    desk.find("close-go-on").await?;
    in_every_look(desk, folder, "close-offline").await?;
    desk.click("close-go-on").await?;
    desk.fill("count-EUR", "0").await?;
    desk.click("count-submit").await?;
    desk.fill("close-unsent-reason", "The line is cut since noon").await?;
    if desk.count("[data-testid='close-difference-reason']").await? > 0 {
        desk.fill("close-difference-reason", "Taken to the bank before the count").await?;
    }
    in_every_look(desk, folder, "close-unsent").await?;
    desk.click("close-confirm").await?;
    desk.find("closed").await?;
    in_every_look(desk, folder, "close-closed-offline").await?;
    desk.click("closed-done").await
}
