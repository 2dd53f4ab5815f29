//! Who asks without a till: somebody who looks around the shop page, buyers who order, an office that reads reports, and a program that asks what is new.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use beadsbox_testkit::{Session, TestDevice};
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use tokio::{task::JoinSet, time::sleep};

use super::{
    buyer::{Buyer, Paid},
    seen::{Saw, Seen, Wait},
};

/// Between two things that somebody asks for.
const REST: Duration = Duration::from_millis(400);
/// Whoever gets nothing for so long gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Of so many orders by card one is thought better of, on the payment page.
const LEFT: usize = 4;

/// How somebody pays for what they order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayBy {
    /// In the shop, some day.
    Shop,
    /// By card, at once.
    Card,
}

/// What buyers were told.
#[derive(Debug, Clone, Default)]
pub struct Ordered {
    /// The pages of the orders that were acknowledged.
    pub pages: Vec<String>,
    /// What was paid by card.
    pub paid: Vec<Paid>,
}

/// Visitors at work.
pub struct Visitors {
    root: String,
    seen: Seen,
    ends: Arc<AtomicBool>,
    ordered: Arc<Mutex<Ordered>>,
    working: JoinSet<anyhow::Result<()>>,
}

impl Visitors {
    /// Nobody yet.
    pub fn at(root: String, seen: Seen) -> Self {
        Self { root, seen, ends: Arc::default(), ordered: Arc::default(), working: JoinSet::new() }
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

    /// Somebody who orders one voucher after the other.
    pub fn order(&mut self, number: usize, payment: PayBy) -> anyhow::Result<()> {
        // A household for each: the shop takes no more than so many forms from one address.
        let address = move |order: usize| format!("10.{}.{}.{}", 2 + number, order / 200 % 200, 1 + order % 200);
        let (client, root, seen) = (client()?, self.root.clone(), self.seen.clone());
        let (ends, ordered) = (Arc::clone(&self.ends), Arc::clone(&self.ordered));
        self.working.spawn(async move {
            let mut order = 0_usize;
            while !ends.load(Ordering::Relaxed) {
                order += 1;
                let buyer = Buyer { client: &client, root: &root, address: address(order), seen: &seen };
                match payment {
                    PayBy::Shop => {
                        let page = buyer.order_in_shop().await?;
                        locked(&ordered).pages.push(page);
                    }
                    PayBy::Card => by_card(&buyer, order.is_multiple_of(LEFT), &ordered).await?,
                }
                sleep(REST).await;
            }
            Ok(())
        });
        Ok(())
    }

    /// Lets everybody finish what they are at. What buyers were told.
    pub async fn leave(self) -> anyhow::Result<Ordered> {
        self.ends.store(true, Ordering::Relaxed);
        self.working.join_all().await.into_iter().collect::<anyhow::Result<Vec<()>>>()?;
        Ok(locked(&self.ordered).clone())
    }
}

fn locked(ordered: &Mutex<Ordered>) -> MutexGuard<'_, Ordered> {
    ordered.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Orders one voucher, and pays for it unless they think better of it.
async fn by_card(buyer: &Buyer<'_>, is_left: bool, ordered: &Mutex<Ordered>) -> anyhow::Result<()> {
    let checkout = buyer.order_by_card().await?;
    locked(ordered).pages.push(checkout.order.clone());
    if is_left {
        return Ok(());
    }
    let paid = buyer.pay(&checkout).await?;
    locked(ordered).paid.push(paid.clone());
    buyer.wait_for_voucher(&checkout, &paid).await;
    Ok(())
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

/// What came in the place of an answer.
pub fn error(answer: reqwest::Result<reqwest::Response>) -> Saw {
    Saw::Error(match answer {
        Ok(answer) => answer.status().as_u16().to_string(),
        Err(error) if error.is_timeout() => format!("nothing for {} s", PATIENCE.as_secs()),
        Err(_) => "no answer".to_owned(),
    })
}
