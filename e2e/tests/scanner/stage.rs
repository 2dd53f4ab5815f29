//! A server with vouchers, a till, and what the tests ask of it.

use anyhow::{Context as _, anyhow};
use beadsbox_domain::{Operation, Template, code::grouped};
use beadsbox_e2e::{Desk, Keys, Layout, serve_on};
use beadsbox_protocol::{
    rows::{Row, RowKey},
    signed_code::SignedVoucher,
};
use beadsbox_testkit::{
    ServerProcess, TestDatabase, TestDevice,
    fixtures::{self, INTRODUCTION},
    told,
};
use sqlx::PgPool;

const SHOP: &str = "Montmartre";
const PASSWORD: &str = "honey and amber 7";
/// Milliseconds from key to key of a scanner.
pub const PACE_MS: u32 = 6;
/// How many vouchers there are.
pub const VOUCHERS: usize = 51;

/// What the panel answers to a scan after which the goods go.
pub const TAKEN: [&str; 2] = ["confirmed", "accepted_offline"];

/// A device of plain HTTP where Carla works, and what it sells.
async fn seller(server: &ServerProcess, name: &str) -> anyhow::Result<(TestDevice, Template)> {
    let code = server.program().enrolment_code(SHOP).await?;
    let mut seller = told(TestDevice::enrol(&server.url(), &code, name).await)?;
    told(seller.sign_in("Carla", PASSWORD).await)?;
    told(seller.pull().await)?;
    let Some(Row::Template(template)) = seller.cache.get(&RowKey::Template(INTRODUCTION)).cloned() else {
        return Err(anyhow!("no introduction"));
    };
    Ok((seller, template))
}

/// The server with its vouchers, which all were sold and sent, and their codes.
pub async fn server_with_vouchers(database: &TestDatabase) -> anyhow::Result<(ServerProcess, Vec<String>)> {
    let server = serve_on(database).await?;
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    server.program().run(&["staff", "add", "Carla", "--role", "counter", "--password-stdin"], PASSWORD).await?;
    let (mut seller, template) = seller(&server, "Till 0").await?;
    for _ in 0..VOUCHERS {
        let person = fixtures::salted("Zazie");
        let (_, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
        seller.remember(&person);
        seller.record(sale);
    }
    told(seller.push().await)?;
    let codes = sqlx::query_scalar("SELECT code FROM voucher ORDER BY code").fetch_all(&database.pool()).await?;
    Ok((server, codes))
}

/// A till of the shop where Carla works, at that address, that has taken everything.
pub async fn till(server: &ServerProcess, address: &str, data: &std::path::Path) -> anyhow::Result<Desk> {
    // A test that failed may have left another.
    Layout::Us.use_it().await?;
    let till = Desk::open(data, Keys::File).await?;
    till.enrol(address, &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    till.attribute_is("status-online", "data-online", "true").await?;
    sync(&till).await?;
    Ok(till)
}

/// Sends and takes everything; returns when that is done.
pub async fn sync(till: &Desk) -> anyhow::Result<()> {
    till.invoke("sync_now", serde_json::json!({})).await.map(drop)
}

/// Waits until the panel answers for that code, and returns what it answers.
pub async fn answered(till: &Desk, code: &str) -> anyhow::Result<String> {
    let shown = grouped(code);
    till.text_where("answer", |text| text.contains(&shown)).await.with_context(|| format!("the answer to {shown}"))?;
    till.find("answer").await?.attr("data-answer").await?.context("no answer")
}

/// How many redemptions the server accepted, and of how many vouchers.
pub async fn redemptions(pool: &PgPool) -> anyhow::Result<(i64, i64)> {
    let count = "SELECT count(*), count(DISTINCT voucher_id) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL";
    Ok(sqlx::query_as(count).fetch_one(pool).await?)
}

/// A seller whose sale has reached nobody, what it sold, and the text of its QR code: one that satisfies the condition.
pub async fn unsent_sale(server: &ServerProcess, wanted: impl Fn(&str) -> bool) -> anyhow::Result<(TestDevice, SignedVoucher, String)> {
    let (mut seller, template) = seller(server, "Till 9").await?;
    let (price, person) = (template.content.price, fixtures::salted("Zazie"));
    loop {
        let (voucher, sale) = fixtures::sale(INTRODUCTION, template.version, template.content.clone(), &person);
        let Operation::Sell { code, .. } = sale else { return Err(anyhow!("no sale")) };
        let says = SignedVoucher { voucher, code, price, expires_on: None, expires_at: None, home_shop: None };
        let text = says.sign(seller.id, &seller.key);
        if wanted(&text) {
            seller.remember(&person);
            seller.record(sale);
            return Ok((seller, says, text));
        }
    }
}
