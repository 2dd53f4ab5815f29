//! Who asks without a till: somebody who looks around the shop page, buyers who order, an office that reads reports, and a program that asks what is new.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use beadsbox_testkit::{OrderForm, Session, TestDevice};
use reqwest::{Client, RequestBuilder, StatusCode, header, redirect::Policy};
use tokio::{task::JoinSet, time::sleep};

use super::seen::{Saw, Seen, Wait};

/// Between two things that somebody asks for.
const REST: Duration = Duration::from_millis(400);
/// Between two attempts to get what did not come.
const AGAIN: Duration = Duration::from_millis(500);
/// Whoever gets nothing for so long gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Visitors at work.
pub struct Visitors {
    root: String,
    seen: Seen,
    ends: Arc<AtomicBool>,
    orders: Arc<Mutex<Vec<String>>>,
    working: JoinSet<anyhow::Result<()>>,
}

impl Visitors {
    /// Nobody yet.
    pub fn at(root: String, seen: Seen) -> Self {
        Self { root, seen, ends: Arc::default(), orders: Arc::default(), working: JoinSet::new() }
    }

    /// Somebody who looks at the shop page again and again.
    pub fn look(&mut self) -> anyhow::Result<()> {
        let (client, url) = (client()?, format!("{}/vouchers/", self.root));
        self.repeat(Wait::Page, move || client.get(&url).header("X-Forwarded-For", "10.1.0.1"));
        Ok(())
    }

    /// An office that reads what is owed.
    pub fn read_reports(&mut self, session: Session) -> anyhow::Result<()> {
        let (client, url) = (client()?, format!("{}/v1/reports/liability?from=2026-01-01&to=2027-12-31", self.root));
        self.repeat(Wait::Report, move || client.get(&url).bearer_auth(&session.token));
        Ok(())
    }

    /// A program that asks what is new.
    pub fn ask_what_is_new(&mut self, device: TestDevice) -> anyhow::Result<()> {
        let (client, url) = (client()?, format!("{}{}", self.root, device.pull_path(1, 0)));
        self.repeat(Wait::Pull, move || client.get(&url).bearer_auth(&device.token));
        Ok(())
    }

    fn repeat(&mut self, wait: Wait, request: impl Fn() -> RequestBuilder + Send + Sync + 'static) {
        let (seen, ends) = (self.seen.clone(), Arc::clone(&self.ends));
        self.working.spawn(async move {
            while !ends.load(Ordering::Relaxed) {
                let from = Instant::now();
                let saw = match request().send().await {
                    Ok(answer) if answer.status() == StatusCode::OK => read(answer).await,
                    other => error(other),
                };
                seen.note(wait, from, saw);
                sleep(REST).await;
            }
            Ok(())
        });
    }

    /// Somebody who orders one voucher after the other, to be paid in the shop.
    pub fn order(&mut self, number: usize) -> anyhow::Result<()> {
        // A household for each: the shop takes no more than so many forms from one address.
        let address = move |order: usize| format!("10.{}.{}.{}", 2 + number, order / 200 % 200, 1 + order % 200);
        let (client, root, seen) = (client()?, self.root.clone(), self.seen.clone());
        let (ends, orders) = (Arc::clone(&self.ends), Arc::clone(&self.orders));
        self.working.spawn(async move {
            let mut order = 0;
            while !ends.load(Ordering::Relaxed) {
                order += 1;
                let buyer = Buyer { client: &client, url: OrderForm::page(&root), address: address(order), seen: &seen };
                let place = buyer.order().await?;
                orders.lock().unwrap_or_else(PoisonError::into_inner).push(place);
                sleep(REST).await;
            }
            Ok(())
        });
        Ok(())
    }

    /// Lets everybody finish what they are at. The pages of the orders that were acknowledged.
    pub async fn leave(self) -> anyhow::Result<Vec<String>> {
        self.ends.store(true, Ordering::Relaxed);
        self.working.join_all().await.into_iter().collect::<anyhow::Result<Vec<()>>>()?;
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(orders.into_iter().map(|place| format!("{}{place}", self.root)).collect())
    }
}

/// A client that shows what came as it came.
pub fn client() -> anyhow::Result<Client> {
    Ok(Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?)
}

/// An answer counts once all of it is there.
async fn read(answer: reqwest::Response) -> Saw {
    match answer.bytes().await {
        Ok(_) => Saw::Answer,
        Err(_) => Saw::Error("cut off".to_owned()),
    }
}

fn error(answer: reqwest::Result<reqwest::Response>) -> Saw {
    Saw::Error(match answer {
        Ok(answer) => answer.status().as_u16().to_string(),
        Err(error) if error.is_timeout() => format!("nothing for {} s", PATIENCE.as_secs()),
        Err(_) => "no answer".to_owned(),
    })
}

/// Who orders one voucher.
struct Buyer<'a> {
    client: &'a Client,
    url: String,
    address: String,
    seen: &'a Seen,
}

impl Buyer<'_> {
    /// Fills in the form, and sends the same one until it is acknowledged. The path of the order's page.
    async fn order(&self) -> anyhow::Result<String> {
        let page = self.until(Wait::Page, || self.client.get(&self.url), StatusCode::OK).await;
        let form = OrderForm::fill_in(self.url.clone(), page).await?;
        let send = || form.send(self.client, "");
        let taken = self.until(Wait::Order, send, StatusCode::SEE_OTHER).await;
        let place = taken.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).context("the order leads nowhere")?;
        Ok(place.to_owned())
    }

    /// Asks until that comes.
    async fn until(&self, wait: Wait, request: impl Fn() -> RequestBuilder + Send + Sync, wanted: StatusCode) -> reqwest::Response {
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
