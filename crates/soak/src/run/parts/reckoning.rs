//! Orders, payments and mails, after everything: each is there, and none twice.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use beadsbox_domain::VoucherId;
use beadsbox_testkit::{Mail, MailReceiver, StripeProvider};
use reqwest::StatusCode;
use sqlx::PgPool;
use tokio::time::sleep;
use uuid::Uuid;

use super::{
    cards::Cards,
    counters::Mailed,
    seen::{Observation, Saw, Wait},
    visitors::{Ordered, client},
};

/// How long jobs may take that nothing holds up any more. A queue that a broker lost is told of again after two minutes, and what a worker was at that was
/// lost is somebody else's within one.
const PATIENCE: Duration = Duration::from_mins(5);
const AGAIN: Duration = Duration::from_millis(250);

/// What came of orders, payments and mails.
#[derive(Debug, Default)]
pub struct Reckoning {
    /// Orders that were acknowledged.
    pub orders: usize,
    /// Those of them that were paid by card.
    pub payments: usize,
    /// How often the provider told of a payment once more, because the shop had not taken its word.
    pub told_again: usize,
    /// Vouchers that were sold to go by mail.
    pub mails: usize,
    /// Mails that came a second time, as the same mail, because nobody could note any more that the first was taken.
    pub repeated: usize,
    /// Mails that were being handed over when their worker was lost: an admin is told that they may have arrived.
    pub in_doubt: usize,
    /// Those of them that did not arrive.
    pub lacking: usize,
    /// What is not as it must be.
    pub faults: Vec<String>,
    /// How long each mail took.
    pub seen: Vec<Observation>,
}

const NOT_DONE: &str = "SELECT count(*) FROM job WHERE kind = 'voucher_mail' AND state IN ('waiting', 'running')";

/// Waits until nothing is to be done any more, and counts.
///
/// # Errors
/// Where it does not come to an end, or cannot be read.
pub async fn reckon(
    pool: &PgPool,
    (receiver, provider): (&MailReceiver, &StripeProvider),
    ordered: &Ordered,
    sold_at_tills: &[Mailed],
) -> anyhow::Result<Reckoning> {
    until_none(pool, NOT_DONE).await?;
    let cards = Cards::read(pool, provider).await?;
    let mailed = [sold_at_tills, cards.mailed(&ordered.paid)?.as_slice()].concat();
    let mut reckoning = Reckoning {
        orders: ordered.pages.len(),
        payments: cards.payments(),
        told_again: provider.told_again(),
        mails: mailed.len(),
        faults: cards.faults(),
        ..Reckoning::default()
    };
    reckoning.count_orders(pool, &ordered.pages).await?;
    reckoning.count_mails(pool, &receiver.mails(), &mailed).await?;
    Ok(reckoning)
}

impl Reckoning {
    /// Each order that was acknowledged has its page, and there are no others.
    async fn count_orders(&mut self, pool: &PgPool, orders: &[String]) -> anyhow::Result<()> {
        let client = client()?;
        for (number, place) in orders.iter().enumerate() {
            // No more than an address may ask for.
            let from = format!("10.9.0.{}", number % 250);
            let status = client.get(place).header("X-Forwarded-For", from).send().await?.status();
            if status != StatusCode::OK {
                self.faults.push(format!("an order that was acknowledged has no page: {status}"));
            }
        }
        let different: BTreeSet<&String> = orders.iter().collect();
        let held: i64 = sqlx::query_scalar("SELECT count(*) FROM shop_order").fetch_one(pool).await?;
        if usize::try_from(held)? != orders.len() || different.len() != orders.len() {
            self.faults
                .push(format!("{} orders were acknowledged, {} different ones, and there are {held}", orders.len(), different.len()));
        }
        Ok(())
    }

    /// Each voucher that was sold so has its mail, or an admin is told that it may have. A second one is the same mail, of a job that was begun twice.
    async fn count_mails(&mut self, pool: &PgPool, mails: &[Mail], mailed: &[Mailed]) -> anyhow::Result<()> {
        let jobs: Vec<(Uuid, i32, bool)> = sqlx::query_as(
            "SELECT voucher::uuid, attempts, state = 'dead' AND trouble = 'may_have_arrived' FROM job, jsonb_array_elements_text(payload -> 'vouchers') AS voucher
             WHERE kind = 'voucher_mail'",
        )
        .fetch_all(pool)
        .await?;
        let jobs: HashMap<VoucherId, (i32, bool)> = jobs.into_iter().map(|(voucher, attempts, in_doubt)| (VoucherId(voucher), (attempts, in_doubt))).collect();
        let texts: Vec<String> = mails.iter().map(Mail::text).collect();
        for Mailed { code, voucher, sold } in mailed {
            let came: Vec<&Mail> = mails.iter().zip(&texts).filter(|(_, text)| text.contains(code)).map(|(mail, _)| mail).collect();
            let (attempts, in_doubt) = jobs.get(voucher).copied().unwrap_or_default();
            self.in_doubt += usize::from(in_doubt);
            let Some(first) = came.first() else {
                if in_doubt {
                    self.lacking += 1;
                    self.seen.push(Observation { wait: Wait::Mail, from: *sold, until: *sold, saw: Saw::InDoubt });
                } else {
                    self.faults.push(format!("no mail came with {code}"));
                }
                continue;
            };
            let names: BTreeSet<String> = came.iter().map(|mail| mail.header("Message-ID")).collect();
            if names.len() > 1 || came.len() > usize::try_from(attempts)? {
                self.faults
                    .push(format!("{} mails came with {code}, {} different ones, of {attempts} attempts", came.len(), names.len()));
            }
            self.repeated += came.len() - 1;
            let saw = if came.len() == 1 { Saw::Answer } else { Saw::Twice };
            self.seen.push(Observation { wait: Wait::Mail, from: *sold, until: first.at, saw });
        }
        Ok(())
    }
}

async fn until_none(pool: &PgPool, count: &'static str) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let left: i64 = sqlx::query_scalar(count).fetch_one(pool).await.context("counting mails that wait")?;
        if left == 0 {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{left} mails still wait after {PATIENCE:?}");
        sleep(AGAIN).await;
    }
}
