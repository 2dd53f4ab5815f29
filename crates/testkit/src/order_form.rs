//! The order form of the shop page, as a browser sends it.

use std::{io, time::Duration};

use reqwest::{Client, RequestBuilder, Response, header, redirect::Policy};
use tokio::time::sleep;

use crate::fixtures::INTRODUCTION;

/// As long as a buyer types: the shop takes no form that was filled in within two seconds.
const TYPING: Duration = Duration::from_millis(2500);
/// Who orders where nobody else does, in form encoding.
const BUYER: &str = "L%C3%A9a+Dubois";

/// A form that came, to be sent as often as it takes.
pub struct OrderForm {
    page: String,
    cookie: String,
    token: String,
}

impl OrderForm {
    /// Where the form stands, of the shop page below that address.
    pub fn page(root: &str) -> String {
        format!("{root}/vouchers/buy/{INTRODUCTION}")
    }

    /// Reads it from the answer to that page's address, and fills it in.
    pub async fn fill_in(page: String, answer: Response) -> io::Result<Self> {
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|set| set.to_str().ok()?.split(';').next().map(str::to_owned));
        let cookie = cookie.ok_or_else(|| io::Error::other("the form came without a cookie"))?;
        let token = between(&answer.text().await.map_err(io::Error::other)?, "name=\"form\" value=\"")?;
        sleep(TYPING).await;
        Ok(Self { page, cookie, token })
    }

    /// Orders, to pay in a shop. Who gets it stands in form encoding.
    pub fn send(&self, client: &Client, recipient: &str) -> RequestBuilder {
        self.send_paying(client, BUYER, recipient, "in_shop")
    }

    /// Orders for themselves, to pay by card. Who that is stands in form encoding.
    pub fn send_by_card(&self, client: &Client, buyer: &str) -> RequestBuilder {
        self.send_paying(client, buyer, "", "card")
    }

    /// The same, to pay as the form calls it: `in_shop` or `card`.
    fn send_paying(&self, client: &Client, buyer: &str, recipient: &str, payment: &str) -> RequestBuilder {
        let token = &self.token;
        client
            .post(format!("{}/order", self.page))
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("form={token}&buyer={buyer}&email=lea%40example.org&recipient={recipient}&message=&payment={payment}&website="))
    }
}

/// Somebody orders on the shop page below that address, to pay in a shop. What they say at the counter.
pub async fn reserve(root: &str, recipient: &str) -> io::Result<String> {
    let client = client_that_stays()?;
    let order = order(&client, root, recipient, "in_shop").await?;
    let answer = client.get(format!("{root}{order}")).send().await.map_err(io::Error::other)?;
    between(&answer.text().await.map_err(io::Error::other)?, "data-reservation=\"")
}

/// Somebody orders there and pays by card, on the page of the [`StripeProvider`](crate::StripeProvider) that the shop knows; the voucher is there once this returns.
pub async fn buy(root: &str, recipient: &str) -> io::Result<()> {
    let client = client_that_stays()?;
    let payment_page = order(&client, root, recipient, "card").await?;
    let paid = client.post(payment_page).send().await.map_err(io::Error::other)?;
    if paid.status().is_redirection() {
        Ok(())
    } else {
        Err(io::Error::other(format!("not paid: {}", paid.status())))
    }
}

/// One that looks at where it is sent, and does not go there.
fn client_that_stays() -> io::Result<Client> {
    Client::builder().redirect(Policy::none()).build().map_err(io::Error::other)
}

/// Where the order leads.
async fn order(client: &Client, root: &str, recipient: &str, payment: &str) -> io::Result<String> {
    let page = OrderForm::page(root);
    let answer = client.get(&page).send().await.map_err(io::Error::other)?;
    let form = OrderForm::fill_in(page, answer).await?;
    let sent = form.send_paying(client, BUYER, recipient, payment).send().await.map_err(io::Error::other)?;
    let to = sent.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    to.map(str::to_owned).ok_or_else(|| io::Error::other("the order leads nowhere"))
}

/// What stands in the page behind that, up to the next quotation mark.
fn between(text: &str, mark: &str) -> io::Result<String> {
    let found = text.split_once(mark).and_then(|(_, rest)| rest.split_once('"'));
    found.map(|(value, _)| value.to_owned()).ok_or_else(|| io::Error::other(format!("no {mark} in the page")))
}
