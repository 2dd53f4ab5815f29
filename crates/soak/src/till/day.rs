//! A whole day at the counter: a float, customers, and the close.

use std::time::Duration;

use beadsbox_app::{
    ErrorCode, Seat,
    view::{CashForm, CloseForm, CountForm, Counted, PaperLanguage},
};
use beadsbox_domain::CashMovement;

use super::{Orders, closing, counter};
use crate::told::Told;

/// Customers come up to so many milliseconds after each other.
const LONGEST_REST_MILLIS: u64 = 30;
const AGAIN: Duration = Duration::from_millis(100);
/// What lies in the drawer in the morning, in each currency.
const FLOAT: &str = "100";
/// How long it syncs before it closes over what is not sent.
const SYNCING: Duration = Duration::from_secs(10);

/// Serves so many customers, says so, and closes the day when it is told to.
pub(super) async fn work(seat: &Seat, random: &mut fastrand::Rng, deeds: u32, orders: &mut Orders) -> anyhow::Result<()> {
    let currencies = currencies(seat).await?;
    for currency in &currencies {
        let form = CashForm { movement: CashMovement::Float, currency: currency.clone(), amount: FLOAT.to_owned(), reason: String::new() };
        seat.move_cash(form).await?;
    }
    let mut done = 0;
    while done < deeds {
        done += u32::from(counter::serve(seat, random, None).await?);
        tokio::time::sleep(Duration::from_millis(random.u64(0..=LONGEST_REST_MILLIS))).await;
    }
    Told::Worked.tell()?;
    if orders.next().await.is_some() {
        close(seat, &currencies).await?;
    }
    // Nobody ends it before its close was heard.
    orders.next().await;
    Ok(())
}

/// Those of the templates on sale, once the first pull has brought some.
async fn currencies(seat: &Seat) -> anyhow::Result<Vec<String>> {
    loop {
        let known: Vec<String> = seat.day().await?.currencies.into_iter().map(|currency| currency.code).collect();
        if !known.is_empty() {
            return Ok(known);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whoever counts is told what should be there, and that is what they find: the drawer is an honest one.
async fn close(seat: &Seat, currencies: &[String]) -> anyhow::Result<()> {
    let typed = |amounts: &[String]| -> Vec<Counted> {
        currencies
            .iter()
            .zip(amounts)
            .map(|(currency, amount)| Counted { currency: currency.clone(), amount: amount.clone() })
            .collect()
    };
    if tokio::time::timeout(SYNCING, closing::sync(seat)).await.is_err() {
        tracing::info!("the day is closed over what is not sent");
    }
    let nothing = vec!["0".to_owned(); currencies.len()];
    let count = loop {
        match seat.count_day(CountForm { counted: typed(&nothing) }).await {
            Ok(count) => break count,
            Err(error) if error.code == ErrorCode::DayNotQuiet => tokio::time::sleep(AGAIN).await,
            Err(error) => return Err(error.into()),
        }
    };
    let expected: Vec<String> = count.drawers.iter().map(|drawer| decimal(drawer.expected.minor, drawer.expected.exponent)).collect();
    let form = CloseForm {
        counted: typed(&expected),
        through_seq: count.through_seq,
        difference_reason: "nothing was missing".to_owned(),
        unsent_reason: "the network is away".to_owned(),
        language: PaperLanguage::En,
    };
    let closed = seat.close_day(form).await?;
    let differences = closed.drawers.iter().filter(|drawer| drawer.difference.minor != 0).count();
    let sold = closed.totals.iter().map(|sums| (sums.sold.count, sums.sold.sum.minor));
    let redeemed = closed.totals.iter().map(|sums| (sums.redeemed.count, sums.redeemed.sum.minor));
    let told = Told::DayClosed {
        number: closed.row.number,
        sold: sold.fold((0, 0), |one, other| (one.0 + other.0, one.1 + other.1)),
        redeemed: redeemed.fold((0, 0), |one, other| (one.0 + other.0, one.1 + other.1)),
        expected_minor: closed.drawers.iter().map(|drawer| drawer.expected.minor).sum(),
        unsent: closed.row.unsent,
        differences: differences as u64,
    };
    Ok(told.tell()?)
}

fn decimal(minor: i64, exponent: u8) -> String {
    let digits = format!("{minor:0>width$}", width = usize::from(exponent) + 1);
    let (whole, part) = digits.split_at(digits.len() - usize::from(exponent));
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}
