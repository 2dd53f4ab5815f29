//! Somebody who orders a voucher on the shop page, to pay for it in the shop some day, or by card at once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use beadsbox_testkit::OrderForm;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use tokio::time::sleep;

use super::{
    seen::{Saw, Seen, Wait},
    visitors::error,
};

/// Between two attempts to get what did not come.
const AGAIN: Duration = Duration::from_millis(500);
/// Whoever paid and got no voucher for so long looks no more.
const GIVES_UP: Duration = Duration::from_mins(2);
/// How long the provider may take over a payment: it tells the shop before it answers.
const PAYING: Duration = Duration::from_mins(1);
/// Whoever pays by card, in form encoding: nobody who comes to a till with what they bought, as tills tell these by their name.
const AT_HOME: &str = "At+home+L%C3%A9a";
/// What stands on an order's page only once its voucher is there.
const VOUCHER: &str = "data-code=\"";

/// Whoever orders one voucher.
pub struct Buyer<'a> {
    /// By which they ask.
    pub client: &'a Client,
    /// Where the shop page is.
    pub root: &'a str,
    /// Whence they ask.
    pub address: String,
    /// Where everything goes that they see.
    pub seen: &'a Seen,
}

/// A payment page.
pub struct Checkout {
    /// Where it is, at the provider.
    page: String,
    /// The order's own page, to which it leads back.
    pub order: String,
}

/// A payment that the provider took.
#[derive(Debug, Clone)]
pub struct Paid {
    /// Whose payment page it was made on, by the provider's name of it.
    pub session: String,
    /// When.
    pub at: Instant,
}

impl Buyer<'_> {
    /// Orders, to pay in the shop. The order's page.
    pub async fn order_in_shop(&self) -> anyhow::Result<String> {
        let form = self.form().await?;
        let taken = self.until(Wait::Order, || form.send(self.client, ""), StatusCode::SEE_OTHER).await;
        Ok(format!("{}{}", self.root, leads_to(&taken)?))
    }

    /// Orders, to pay by card, and goes to the payment page.
    pub async fn order_by_card(&self) -> anyhow::Result<Checkout> {
        let form = self.form().await?;
        let from = Instant::now();
        let taken = self.until(Wait::Order, || form.send_by_card(self.client, AT_HOME), StatusCode::SEE_OTHER).await;
        let mut page = leads_to(&taken)?;
        // Where the server could make none, the order's own page says so, and has a button for the next attempt.
        while page.starts_with('/') {
            self.seen.note(Wait::Payment, from, Saw::Error("no payment page".to_owned()));
            sleep(AGAIN).await;
            let order = page.split_once('?').map_or(page.as_str(), |(order, _)| order);
            let button = format!("{}{order}/pay", self.root);
            let pressed = self.until(Wait::Page, || self.client.post(&button), StatusCode::SEE_OTHER).await;
            page = leads_to(&pressed)?;
        }
        let shown = self.client.get(&page).send().await?.error_for_status()?.text().await?;
        let order = shown.split_once("href=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (order, _) = order.context("the payment page does not lead back")?;
        Ok(Checkout { order: order.to_owned(), page })
    }

    /// Presses the button on the payment page.
    pub async fn pay(&self, checkout: &Checkout) -> anyhow::Result<Paid> {
        let (at, page) = (Instant::now(), &checkout.page);
        let answer = self.client.post(page).timeout(PAYING).send().await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "the provider takes no payment: {}", answer.status());
        let (_, session) = page.rsplit_once('/').context("the payment page has no name")?;
        Ok(Paid { session: session.to_owned(), at })
    }

    /// Looks at the order's page again and again, until the voucher is there that was paid for.
    pub async fn wait_for_voucher(&self, checkout: &Checkout, paid: &Paid) {
        while paid.at.elapsed() < GIVES_UP {
            let from = Instant::now();
            let asked = self.client.get(&checkout.order).header("X-Forwarded-For", &self.address).send().await;
            let (saw, is_there) = match asked {
                Ok(answer) if answer.status() == StatusCode::OK => match answer.text().await {
                    Ok(text) => (Saw::Answer, text.contains(VOUCHER)),
                    Err(_) => (Saw::Error("cut off".to_owned()), false),
                },
                other => (error(other), false),
            };
            self.seen.note(Wait::Page, from, saw);
            if is_there {
                self.seen.note(Wait::Payment, paid.at, Saw::Answer);
                return;
            }
            sleep(AGAIN).await;
        }
        self.seen.note(Wait::Payment, paid.at, Saw::Error(format!("no voucher for {} s", GIVES_UP.as_secs())));
    }

    /// Gets the form, and fills it in.
    async fn form(&self) -> anyhow::Result<OrderForm> {
        let url = OrderForm::page(self.root);
        let page = self.until(Wait::Page, || self.client.get(&url), StatusCode::OK).await;
        Ok(OrderForm::fill_in(url, page).await?)
    }

    /// Asks until that comes.
    async fn until(&self, wait: Wait, request: impl Fn() -> RequestBuilder + Send + Sync, wanted: StatusCode) -> Response {
        loop {
            let from = Instant::now();
            match request().header("X-Forwarded-For", &self.address).send().await {
                Ok(answer) if answer.status() == wanted => {
                    self.seen.note(wait, from, Saw::Answer);
                    return answer;
                }
                other => self.seen.note(wait, from, error(other)),
            }
            sleep(AGAIN).await;
        }
    }
}

fn leads_to(answer: &Response) -> anyhow::Result<String> {
    let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    Ok(to.context("the order leads nowhere")?.to_owned())
}
