//! The shop page in Debian's Chromium: bought from by card and for the counter, with and without scripts; the mail with its paper in the mail
//! server; the vouchers in the real window, one sold from its reservation, all redeemed; and at a collector, from the redemption in the window back to the
//! request that the browser ordered with.

use std::{path::Path, process::Stdio};

use anyhow::Context as _;
use beadsbox_domain::OpId;
use beadsbox_e2e::{Desk, Keys, serve_shop};
use beadsbox_protocol::trace::Trace;
use beadsbox_testkit::{Collected, Collector, MailReceiver, ServerProcess, StripeProvider, fixtures::INTRODUCTION};
use serde_json::Value;
use tokio::process::Command;

const SHOP: &str = "Montmartre";
const PASSWORD: &str = "honey and amber 7";

/// Where the browser's program is.
const BROWSER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");

async fn centre(receiver: &MailReceiver, provider: &StripeProvider, collector: &Collector) -> anyhow::Result<ServerProcess> {
    let server = serve_shop(receiver, provider, collector).await?;
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    server.program().run(&["staff", "add", "Carla", "--role", "counter", "--password-stdin"], PASSWORD).await?;
    server.program().run(&["shop-page", "open", "--shop", SHOP], "").await?;
    Ok(server)
}

/// What the browser says on its last line.
async fn browse(server: &ServerProcess, arguments: &[&str]) -> anyhow::Result<Value> {
    anyhow::ensure!(Path::new(BROWSER).join("node_modules").is_dir(), "playwright-core is missing: run npm ci in e2e/browser");
    let mut command = Command::new("node");
    command.arg("shop.mjs").args(arguments).current_dir(BROWSER).env("SHOP_URL", server.url());
    if let Some(pictures) = std::env::var_os("BEADSBOX_E2E_PICTURES") {
        command.env("PICTURES", pictures);
    }
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.context("node")?;
    anyhow::ensure!(output.status.success(), "in the browser: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}

/// Each of these vouchers came to its buyer on paper, in a mail of its own, and no other mail came.
async fn are_mailed(receiver: &MailReceiver, codes: &[&str]) -> anyhow::Result<()> {
    let mails = receiver.until(codes.len()).await;
    for code in codes {
        let mail = mails.iter().find(|mail| mail.text().contains(*code)).with_context(|| format!("no mail brings {code}"))?;
        anyhow::ensure!(mail.to == ["lea@example.org"] && mail.pdfs().len() == 1, "{}", mail.raw);
    }
    anyhow::ensure!(mails.len() == codes.len(), "{} mails", mails.len());
    Ok(())
}

/// Sells what was reserved, and gives its code.
async fn sell_reservation(till: &Desk, reservation: &str) -> anyhow::Result<String> {
    till.click("nav-sell").await?;
    till.click("sell-reservation").await?;
    till.fill("reservation-code", "AAAA-AAAA").await?;
    till.click("reservation-submit").await?;
    till.css("[role='alert']").await?;
    till.fill("reservation-code", reservation).await?;
    till.click("reservation-submit").await?;
    till.find("reservation-found").await?;
    till.click("reservation-submit").await?;
    till.text_where("sell-code", |text| text.len() >= 13).await
}

/// Redeems it, and gives the number of what was done, as the window has it.
async fn redeem(till: &Desk, code: &str) -> anyhow::Result<OpId> {
    till.click("nav-redeem").await?;
    till.fill("redeem-input", code).await?;
    till.click("redeem-submit").await?;
    till.attribute_is("answer", "data-answer", "confirmed").await?;
    let operation = till.find("answer").await?.attr("data-operation").await?.context("no operation")?;
    till.click("answer-close").await?;
    Ok(OpId(operation.parse()?))
}

fn named<'a>(spans: &'a [Collected], name: &str) -> anyhow::Result<&'a Collected> {
    spans.iter().find(|span| span.name == name).with_context(|| format!("no {name} in {spans:#?}"))
}

/// Looks for a redemption at the collector by its number: from the click over the request to the row. The trace in which its voucher began.
async fn beginning(collector: &Collector, operation: OpId) -> anyhow::Result<String> {
    let click = Trace::of_operation(operation).context("an id of zeros")?;
    let spans = collector.in_trace(&click.id_text(), &["POST /v1/sync/push", "operation redeem"]).await;
    let (request, row) = (named(&spans, "POST /v1/sync/push")?, named(&spans, "operation redeem")?);
    anyhow::ensure!(
        (request.parent.as_deref(), row.parent.as_ref()) == (Some(click.span_text().as_str()), Some(&request.span)),
        "{spans:#?}"
    );
    anyhow::ensure!(
        row.attributes["beadsbox.operation"] == operation.to_string() && row.attributes["db.collection.name"] == "operation",
        "{row:#?}"
    );
    let began = row.attributes["beadsbox.voucher.trace_id"].clone();
    anyhow::ensure!(row.links.contains(&began), "nothing leads back: {row:#?}");
    Ok(began)
}

/// The other way: what one number finds of a voucher's life, in the order in which it was done. Each is the name of a span and its trace.
fn life(collector: &Collector, began: &str) -> Vec<(String, String)> {
    let of_it = |span: &Collected| span.attributes.get("beadsbox.voucher.trace_id").is_some_and(|trace| trace == began);
    collector.spans().into_iter().filter(of_it).map(|span| (span.name, span.trace)).collect()
}

/// The voucher that was paid by card: the browser's request, the sale, the job and the mail are one trace, and the redemption in the window leads to it.
async fn the_paid_one_is_followed(collector: &Collector, redemption: OpId) -> anyhow::Result<()> {
    let began = beginning(collector, redemption).await?;
    let spans = collector
        .in_trace(&began, &["POST /vouchers/buy/{template}/order", "operation sell", "job voucher_mail", "send mail"])
        .await;
    let order = named(&spans, "POST /vouchers/buy/{template}/order")?;
    let (sale, job, mail) = (named(&spans, "operation sell")?, named(&spans, "job voucher_mail")?, named(&spans, "send mail")?);
    anyhow::ensure!(order.parent.is_none() && sale.parent.as_ref() == Some(&order.span), "{spans:#?}");
    anyhow::ensure!((job.parent.as_ref(), mail.parent.as_ref()) == (Some(&sale.span), Some(&job.span)), "{spans:#?}");
    let own = redemption.0.simple().to_string();
    let life = life(collector, &began);
    let expected = [("operation sell".to_owned(), began), ("operation redeem".to_owned(), own)];
    anyhow::ensure!(life == expected, "{life:?}");
    Ok(())
}

/// The one that was paid at the counter: ordered in one trace, sold and mailed in that of the till's deed, redeemed in a third; one number finds them all.
async fn the_reserved_one_is_followed(collector: &Collector, redemption: OpId) -> anyhow::Result<()> {
    let began = beginning(collector, redemption).await?;
    let spans = collector.in_trace(&began, &["POST /vouchers/buy/{template}/order"]).await;
    named(&spans, "POST /vouchers/buy/{template}/order")?;
    let life = life(collector, &began);
    let [(sale, at_the_till), (redeemed, own)] = life.as_slice() else { anyhow::bail!("{life:?}") };
    anyhow::ensure!(
        (sale.as_str(), redeemed.as_str(), own) == ("operation sell", "operation redeem", &redemption.0.simple().to_string()),
        "{life:?}"
    );
    let spans = collector.in_trace(at_the_till, &["POST /v1/sync/push", "operation sell", "job voucher_mail", "send mail"]).await;
    anyhow::ensure!(named(&spans, "operation sell")?.links.contains(&began), "{spans:#?}");
    named(&spans, "send mail").map(drop)
}

#[tokio::test]
async fn a_voucher_is_bought_in_a_browser_and_redeemed_at_a_till() -> anyhow::Result<()> {
    let (receiver, provider, collector) = (MailReceiver::start().await?, StripeProvider::start().await?, Collector::start().await?);
    let server = centre(&receiver, &provider, &collector).await?;
    let bought = browse(&server, &[]).await?;
    let said = |name: &str| bought[name].as_str().map(str::to_owned).with_context(|| format!("{name} in {bought}"));
    let (paid, paid_without_scripts) = (said("paid")?, said("paid_without_scripts")?);
    let (reserved, address) = (said("reserved")?, said("address")?);
    // Those that were paid are in the buyer's mailbox.
    are_mailed(&receiver, &[&paid, &paid_without_scripts]).await?;

    let data = tempfile::tempdir()?;
    let till = Desk::open(data.path(), Keys::File).await?;
    till.enrol(&server.url(), &server.program().enrolment_code(SHOP).await?, "Till 1").await?;
    till.sign_in("Carla", PASSWORD, "counter").await?;
    for code in [&paid, &paid_without_scripts] {
        let redeemed = redeem(&till, code).await?;
        the_paid_one_is_followed(&collector, redeemed).await?;
    }
    let sold = sell_reservation(&till, &reserved).await?;
    are_mailed(&receiver, &[&paid, &paid_without_scripts, &sold]).await?;
    // Its buyer sees it on the page of the order.
    let seen = browse(&server, &["look", &address]).await?;
    anyhow::ensure!(seen["text"].as_str().is_some_and(|text| text.contains(&sold)), "{seen}");
    let redeemed = redeem(&till, &sold).await?;
    the_reserved_one_is_followed(&collector, redeemed).await?;
    till.close().await
}

/// Whoever comes while nothing is sold, or sends more forms than an address may, reads what it means, at every size.
#[tokio::test]
async fn a_closed_page_and_a_hasty_visitor_read_why() -> anyhow::Result<()> {
    let (receiver, provider, collector) = (MailReceiver::start().await?, StripeProvider::start().await?, Collector::start().await?);
    let server = centre(&receiver, &provider, &collector).await?;
    let template = INTRODUCTION.to_string();
    browse(&server, &["hasty", &template]).await?;
    server.program().run(&["shop-page", "close"], "").await?;
    browse(&server, &["closed", &template]).await.map(drop)
}
