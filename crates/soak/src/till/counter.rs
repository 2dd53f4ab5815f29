//! A counter with many customers: sells, redeems what is around, now and then looks at the lists.

use std::time::Duration;

use beadsbox_app::{
    Seat,
    view::{AnswerKind, RedeemAnswer, SaleForm, SaleLine, SortKey, VoucherFilters, VoucherQuery, VoucherRow},
};
use beadsbox_domain::{OpId, Payment, Status, VoucherId};

use super::{Fault, Orders};
use crate::told::{Told, Word};

/// Customers come up to so many milliseconds after each other.
const LONGEST_REST_MILLIS: u64 = 25;
/// A voucher is chosen among so many of the newest, so that tills meet at the same ones.
const AROUND: u32 = 30;

/// Works until it is killed, or nobody is there any more.
pub(super) async fn work(seat: &Seat, random: &mut fastrand::Rng, fault: Option<Fault>, orders: &mut Orders) -> anyhow::Result<()> {
    loop {
        serve(seat, random, fault).await?;
        let rest = Duration::from_millis(random.u64(0..=LONGEST_REST_MILLIS));
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = orders.next() => return Ok(()),
        }
    }
}

/// Whatever the next customer wants. Whether anybody was told of a sale or a redemption.
pub(super) async fn serve(seat: &Seat, random: &mut fastrand::Rng, fault: Option<Fault>) -> anyhow::Result<bool> {
    match random.u32(0..100) {
        0..45 => sell(seat, random).await,
        45..95 => redeem(seat, random, fault).await,
        _ => {
            look(seat).await;
            Ok(false)
        }
    }
}

async fn sell(seat: &Seat, random: &mut fastrand::Rng) -> anyhow::Result<bool> {
    let told = match sell_one(seat, random).await {
        Ok(Some(told)) => told,
        // The first pull has not brought the templates yet.
        Ok(None) => return Ok(false),
        Err(error) => Told::Failed { voucher: None, error: error.to_string() },
    };
    told.tell()?;
    Ok(true)
}

async fn sell_one(seat: &Seat, random: &mut fastrand::Rng) -> anyhow::Result<Option<Told>> {
    let cards = seat.sale_choices().await?.templates;
    let Some(card) = random.choice(&cards) else { return Ok(None) };
    let line = SaleLine { template_id: card.id.clone(), quantity: 1, recipient: String::new(), message: String::new() };
    let form = SaleForm {
        lines: vec![line],
        buyer: format!("Customer {}", random.u32(..)),
        email: String::new(),
        mail: None,
        payment: Payment::Cash,
        this_shop_only: false,
    };
    let sold = seat.sell(form).await?.vouchers.remove(0);
    Ok(Some(Told::Sold { voucher: sold.voucher_id.parse()?, code: sold.code }))
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
    Ok(seat.voucher_page(query).await?.rows)
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
