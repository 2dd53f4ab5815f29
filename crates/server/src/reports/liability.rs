//! What is owed.

use beadsbox_domain::{ShopId, ledger::EntryKind};
use beadsbox_protocol::report::{Late, Liability, LiabilityLine, ReportQuery};

use super::{Moment, add, currency, made};
use crate::{
    db::{
        report::{self, OwedGroup},
        to_count,
    },
    error::Failure,
    state::App,
};

/// The closing is the sum of every line of the books through the last day, and not what opening and movements come to: that both are the
/// same is checked, and a report that does not add up is not given.
pub(crate) async fn liability(app: &App, query: ReportQuery) -> Result<Liability, Failure> {
    made(app, query, liability_at).await
}

async fn liability_at(mut moment: Moment<'_>) -> Result<Liability, Failure> {
    let groups = report::owed(&mut moment.tx, &moment.query).await?;
    let mut lines: Vec<LiabilityLine> = Vec::new();
    for group in &groups {
        let shop = ShopId(group.sold_shop);
        let is_next = lines.last().is_none_or(|line| (line.shop, line.currency.code()) != (shop, group.currency.as_str()));
        if is_next {
            moment.named.insert(shop.0);
            lines.push(empty(shop, group)?);
        }
        if let Some(line) = lines.last_mut() {
            book(line, group)?;
        }
    }
    for late in report::late(&mut moment.tx, &moment.query).await? {
        let of = |line: &&mut LiabilityLine| (line.shop.0, line.currency.code()) == (late.sold_shop, late.currency.as_str());
        if let Some(line) = lines.iter_mut().find(of) {
            line.late = Late { count: to_count(late.number), owed: late.owed };
        }
    }
    if let Some(line) = lines.iter().find(|line| !line.adds_up()) {
        return Err(Failure::Defect(format!("the books do not add up: {line:?}")));
    }
    Ok(Liability { made: moment.end().await?, lines })
}

fn empty(shop: ShopId, group: &OwedGroup) -> Result<LiabilityLine, Failure> {
    Ok(LiabilityLine {
        shop,
        currency: currency(&group.currency)?,
        opening: 0,
        sold: 0,
        redeemed: 0,
        undone: 0,
        refunded: 0,
        expired: 0,
        extended: 0,
        replaced: 0,
        taken_over: 0,
        closing: 0,
        closing_money: 0,
        cancelled: 0,
        expired_honoured: 0,
        late: Late::default(),
    })
}

fn book(line: &mut LiabilityLine, group: &OwedGroup) -> Result<(), Failure> {
    add(&mut line.opening, group.opening)?;
    add(&mut line.closing, group.closing)?;
    add(&mut line.closing_money, group.closing_money)?;
    let (sum, amount) = match group.kind()? {
        EntryKind::Sold => (&mut line.sold, group.amount),
        EntryKind::Redeemed => (&mut line.redeemed, group.amount),
        EntryKind::Undone => (&mut line.undone, group.amount),
        EntryKind::Cancelled => (&mut line.cancelled, group.amount),
        EntryKind::Refunded => (&mut line.refunded, group.amount),
        EntryKind::Expired => (&mut line.expired, group.amount),
        EntryKind::ExpiredHonoured => (&mut line.expired_honoured, group.amount),
        EntryKind::Extended => (&mut line.extended, group.amount),
        EntryKind::TakenOver => (&mut line.taken_over, group.amount),
        EntryKind::ReplacedIn => (&mut line.replaced, group.amount),
        EntryKind::ReplacedOut => (&mut line.replaced, -group.amount),
        EntryKind::DifferencePaid | EntryKind::ChargedBack | EntryKind::AtStake | EntryKind::Settled => return Ok(()),
    };
    add(sum, amount)
}
