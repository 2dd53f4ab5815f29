//! A counter with many customers: sells, redeems what is around, now and then looks at the lists.

use std::time::Duration;

use anyhow::Context as _;
use beadsbox_app::{
    Seat,
    view::{AnswerKind, RedeemAnswer, SaleForm, SaleLine, SaleReceipt, SortKey, VoucherFilters, VoucherQuery, VoucherRow},
};
use beadsbox_domain::{OpId, Payment, Status, VoucherId};

use super::{Fault, Orders};
use crate::told::{Told, Word};

/// Customers come up to so many milliseconds after each other, as fast as a till can.
const LONGEST_REST_MILLIS: u64 = 25;
/// The same where it is only one of many that are in use.
const LONGEST_REST_OF_SHIFT_MILLIS: u64 = 800;
/// In a shift one sale of so many is to somebody at home, who gets it by mail and does not come in with it.
const MAILED: u32 = 3;
const AT_HOME: &str = "At home ";
/// A voucher is chosen among so many of the newest, so that tills meet at the same ones.
const AROUND: u32 = 30;

/// How it works.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// In a way that is wrong.
    pub(super) fault: Option<Fault>,
    /// Not as fast as it can, and with mails.
    pub(super) is_shift: bool,
}

/// Works until it is killed, or nobody is there any more.
pub(super) async fn work(seat: &Seat, random: &mut fastrand::Rng, manner: Manner, orders: &mut Orders) -> anyhow::Result<()> {
    let longest = if manner.is_shift { LONGEST_REST_OF_SHIFT_MILLIS } else { LONGEST_REST_MILLIS };
    loop {
        serve(seat, random, manner).await?;
        let rest = Duration::from_millis(random.u64(0..=longest));
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = orders.next() => return Ok(()),
        }
    }
}

/// Whatever the next customer wants. Whether anybody was told of a sale or a redemption.
pub(super) async fn serve(seat: &Seat, random: &mut fastrand::Rng, manner: Manner) -> anyhow::Result<bool> {
    match random.u32(0..100) {
        0..45 => {
            let mailed = manner.is_shift && random.u32(0..MAILED) == 0;
            sell(seat, random, mailed).await
        }
        45..95 => redeem(seat, random, manner.fault).await,
        _ => {
            look(seat).await;
            Ok(false)
        }
    }
}

async fn sell(seat: &Seat, random: &mut fastrand::Rng, mailed: bool) -> anyhow::Result<bool> {
    match sell_one(seat, random, mailed).await {
        Ok(Some(receipt)) => {
            let voucher = receipt.vouchers.first().context("a sale of nothing")?;
            Told::Sold { voucher: voucher.voucher_id.parse()?, code: voucher.code.clone(), mailed }.tell()?;
            seat.sale_shown(&receipt.sale).await?;
        }
        // The first pull has not brought the templates yet.
        Ok(None) => return Ok(false),
        Err(error) => Told::Failed { voucher: None, error: error.to_string() }.tell()?,
    }
    Ok(true)
}

async fn sell_one(seat: &Seat, random: &mut fastrand::Rng, mailed: bool) -> anyhow::Result<Option<SaleReceipt>> {
    let cards = seat.sale_choices().await?.templates;
    let Some(card) = random.choice(&cards) else { return Ok(None) };
    let line = SaleLine { template_id: card.id.clone(), quantity: 1, recipient: String::new(), message: String::new() };
    let number = random.u32(..);
    let form = SaleForm {
        lines: vec![line],
        buyer: if mailed { format!("{AT_HOME}{number}") } else { format!("Customer {number}") },
        email: if mailed { format!("customer-{number}@example.org") } else { String::new() },
        mail: mailed.then_some(true),
        payment: Payment::Cash,
        this_shop_only: false,
    };
    Ok(Some(seat.sell(form).await?))
}

async fn redeem(seat: &Seat, random: &mut fastrand::Rng, fault: Option<Fault>) -> anyhow::Result<bool> {
    let rows = around(seat, random).await?;
    let Some(row) = random.choice(&rows) else { return Ok(false) };
    let voucher = row.id.parse()?;
    Told::Redeeming { voucher }.tell()?;
    if fault == Some(Fault::AnswersEarly) {
        Told::Redeemed { voucher, op: None, word: Word::Honoured }.tell()?;
    }
    let told = match seat.redeem(&row.code).await {
        Ok(answer) => told_of(voucher, &answer)?,
        Err(error) => Told::Failed { voucher: Some(voucher), error: error.to_string() },
    };
    if fault != Some(Fault::AnswersEarly) {
        told.tell()?;
    }
    Ok(true)
}

fn told_of(voucher: VoucherId, answer: &RedeemAnswer) -> anyhow::Result<Told> {
    let op = answer.op_id.as_ref().map(|op| op.parse::<OpId>()).transpose()?;
    Ok(match answer.answer {
        AnswerKind::Confirmed => Told::Redeemed { voucher, op, word: Word::Confirmed },
        AnswerKind::AcceptedOffline => Told::Redeemed { voucher, op, word: Word::Honoured },
        AnswerKind::Refused | AnswerKind::Unknown => Told::Refused { voucher, why: format!("{:?}", answer.refusal) },
    })
}

/// The newest vouchers that can be redeemed; now and then, as customers do, whatever there is.
async fn around(seat: &Seat, random: &mut fastrand::Rng) -> anyhow::Result<Vec<VoucherRow>> {
    let status = if random.u32(0..10) == 0 { Vec::new() } else { vec![Status::Purchased] };
    let query = VoucherQuery {
        search: String::new(),
        filters: VoucherFilters { status, ..VoucherFilters::default() },
        sort: SortKey::SoldAt,
        descending: true,
        after: None,
        limit: AROUND,
    };
    let mut rows = seat.voucher_page(query).await?.rows;
    rows.retain(|row| !row.buyer.starts_with(AT_HOME));
    Ok(rows)
}

/// What screens read while the till works.
async fn look(seat: &Seat) {
    let read = async {
        seat.recent_redemptions().await?;
        seat.status_bar().await
    };
    if let Err(error) = read.await {
        tracing::warn!(%error, "a list was not read");
    }
}
