//! A whole day at the counter: a float, customers, and the close.

use std::time::Duration;

use beadsbox_app::{
    ErrorCode, Seat,
    view::{CashForm, CloseForm, CountForm, Counted, PaperLanguage, SumsView, TallyView},
};
use beadsbox_domain::{CashMovement, Currency, Money};

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
        done += u32::from(counter::serve(seat, random, counter::Manner::default()).await?);
        tokio::time::sleep(Duration::from_millis(random.u64(0..=LONGEST_REST_MILLIS))).await;
    }
    Told::Worked.tell()?;
    if orders.next().await.is_some() {
        close(seat).await?;
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
async fn close(seat: &Seat) -> anyhow::Result<()> {
    if tokio::time::timeout(SYNCING, closing::sync(seat)).await.is_err() {
        tracing::info!("the day is closed over what is not sent");
    }
    let nothing = seat.day().await?.to_count.into_iter().map(|currency| Counted { currency: currency.code, amount: "0".to_owned() });
    let nothing = CountForm { counted: nothing.collect() };
    let count = loop {
        match seat.count_day(nothing.clone()).await {
            Ok(count) => break count,
            Err(error) if error.code == ErrorCode::DayNotQuiet => tokio::time::sleep(AGAIN).await,
            Err(error) => return Err(error.into()),
        }
    };
    let found = count.drawers.iter().map(|drawer| {
        let expected = Money::new(drawer.expected.minor, Currency::from_code(&drawer.expected.currency)?);
        Ok(Counted { currency: drawer.expected.currency.clone(), amount: expected.decimal() })
    });
    let form = CloseForm {
        counted: found.collect::<anyhow::Result<_>>()?,
        through_seq: count.through_seq,
        difference_reason: String::new(),
        unsent_reason: "the network is away".to_owned(),
        language: PaperLanguage::En,
    };
    let closed = seat.close_day(form).await?;
    let all =
        |of: fn(&SumsView) -> &TallyView| closed.totals.iter().map(of).fold((0, 0), |(count, minor), tally| (count + tally.count, minor + tally.sum.minor));
    let told = Told::DayClosed { sold: all(|sums| &sums.sold), redeemed: all(|sums| &sums.redeemed), unsent: closed.row.unsent };
    Ok(told.tell()?)
}
