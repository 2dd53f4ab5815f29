//! What accountants import.

use std::collections::BTreeMap;

use beadsbox_domain::{
    ShopId,
    ledger::{EntryKind, Moved, postings},
};
use beadsbox_protocol::report::{Accounting, AccountingLine, ReportQuery};

use super::{Moment, add, currency, made, out_of_range};
use crate::{
    db::{
        self,
        report::{self, MOST_GROUPS, MovedGroup},
        to_count,
    },
    error::Failure,
    state::App,
};

pub(crate) async fn accounting(app: &App, query: ReportQuery) -> Result<Accounting, Failure> {
    made(app, query, accounting_at).await
}

async fn accounting_at(mut moment: Moment<'_>) -> Result<Accounting, Failure> {
    let mut groups = report::moved(&mut moment.tx, &moment.query).await?;
    let cut = groups.len() as u64 >= to_count(MOST_GROUPS);
    if cut {
        // The last day may lack something.
        let last = groups.last().map(|group| group.business_day);
        groups.retain(|group| Some(group.business_day) != last);
    }
    let (accounts, row_version) = db::settings::accounts(&mut moment.tx).await?;
    let moved: Vec<Moved> = groups.iter().map(read).collect::<Result<_, _>>()?;
    moment.named.extend(groups.iter().flat_map(|group| [group.shop_id, group.sold_shop]));
    let lines = days(&groups, &moved)?;
    let postings = postings(&moved, &accounts).map_err(|_| out_of_range())?;
    Ok(Accounting { made: moment.end().await?, lines, postings, accounts, row_version, cut })
}

fn read(group: &MovedGroup) -> Result<Moved, Failure> {
    Ok(Moved {
        day: group.business_day,
        shop: ShopId(group.shop_id),
        sold_in: ShopId(group.sold_shop),
        currency: currency(&group.currency)?,
        kind: group.kind()?,
        vat_kind: group.vat_kind()?,
        payment: group.payment()?,
        amount: group.amount,
        vat: group.vat,
    })
}

/// One line for each day, shop, currency and payment; what was paid online has one of its own.
fn days(groups: &[MovedGroup], moved: &[Moved]) -> Result<Vec<AccountingLine>, Failure> {
    let mut lines = BTreeMap::new();
    for (group, moved) in groups.iter().zip(moved) {
        let payment = moved.payment.map(|payment| payment as u8);
        let line = lines.entry((moved.day, moved.currency.code(), moved.shop, payment, group.online)).or_insert_with(|| AccountingLine {
            day: moved.day,
            shop: moved.shop,
            currency: moved.currency,
            payment: moved.payment,
            online: group.online,
            sold: 0,
            refunded: 0,
            other: 0,
            vat: 0,
            owed: 0,
        });
        add(&mut line.owed, group.owed)?;
        match moved.kind {
            EntryKind::Sold => {
                add(&mut line.sold, moved.amount)?;
                add(&mut line.vat, moved.vat)?;
            }
            EntryKind::Refunded => {
                add(&mut line.refunded, moved.amount)?;
                add(&mut line.vat, -moved.vat)?;
            }
            EntryKind::ReplacedIn => add(&mut line.vat, moved.vat)?,
            EntryKind::ReplacedOut => add(&mut line.vat, -moved.vat)?,
            EntryKind::DifferencePaid => add(&mut line.other, moved.amount)?,
            EntryKind::ChargedBack => add(&mut line.other, -moved.amount)?,
            _ => {}
        }
    }
    Ok(lines.into_values().collect())
}
