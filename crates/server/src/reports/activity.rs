//! Sales, redemptions, refunds and expiry.

use beadsbox_domain::ledger::EntryKind;
use beadsbox_protocol::report::{Activity, ActivityRow, Count, ReportQuery};

use super::{Moment, add, currency, made};
use crate::{
    db::{
        report::{self, ActivityGroup, MOST_GROUPS},
        to_count,
    },
    error::Failure,
    state::App,
};

pub(crate) async fn activity(app: &App, query: ReportQuery) -> Result<Activity, Failure> {
    made(app, query, activity_at).await
}

async fn activity_at(mut moment: Moment<'_>) -> Result<Activity, Failure> {
    let groups = report::activity(&mut moment.tx, &moment.query).await?;
    let mut rows: Vec<ActivityRow> = Vec::new();
    for group in &groups {
        let start = group.start.map(jiff_sqlx::Date::to_jiff);
        let same = |row: &ActivityRow| (row.start, row.of, row.currency.code()) == (start, group.of, group.currency.as_str());
        if !rows.last().is_some_and(same) {
            moment.named.extend(group.of);
            rows.push(ActivityRow {
                start,
                of: group.of,
                currency: currency(&group.currency)?,
                sold: Count::default(),
                redeemed: Count::default(),
                undone: Count::default(),
                cancelled: Count::default(),
                refunded: Count::default(),
                expired: Count::default(),
                at_stake: Count::default(),
            });
        }
        if let Some(row) = rows.last_mut() {
            count(row, group)?;
        }
    }
    let late = to_count(report::late_lines(&mut moment.tx, &moment.query).await?);
    let cut = groups.len() as u64 >= to_count(MOST_GROUPS);
    if cut {
        // The last one may lack something.
        rows.pop();
    }
    Ok(Activity { made: moment.end().await?, rows, cut, late })
}

fn count(row: &mut ActivityRow, group: &ActivityGroup) -> Result<(), Failure> {
    let (sum, sign) = match group.kind()? {
        EntryKind::Sold => (&mut row.sold, 1),
        EntryKind::Redeemed | EntryKind::ExpiredHonoured => (&mut row.redeemed, 1),
        EntryKind::Undone => (&mut row.undone, 1),
        EntryKind::Cancelled => (&mut row.cancelled, 1),
        EntryKind::Refunded => (&mut row.refunded, 1),
        EntryKind::Expired => (&mut row.expired, 1),
        EntryKind::Extended => (&mut row.expired, -1),
        EntryKind::AtStake => (&mut row.at_stake, 1),
        EntryKind::ReplacedOut | EntryKind::ReplacedIn | EntryKind::TakenOver | EntryKind::DifferencePaid | EntryKind::ChargedBack | EntryKind::Settled => {
            return Ok(());
        }
    };
    sum.count += sign * group.count;
    add(&mut sum.minor, sign * group.minor)
}
