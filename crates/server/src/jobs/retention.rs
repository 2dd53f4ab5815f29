//! Erases buyers for whom nothing is open any more, after as many months as the organisation keeps them.

use beadsbox_domain::Timestamp;
use jiff::{ToSpan as _, tz::TimeZone};

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind, lock::Lock},
    error::Failure,
    personal_data,
    state::App,
};

/// How many people one transaction looks at.
const LOOKED_AT: i64 = 1_000;

/// Erases those whose vouchers have all been final for so long, and whoever came back after an erasure. How many.
pub(crate) async fn forget_buyers(app: &App) -> Result<u64, Failure> {
    let (mut after, mut erased) = (Vec::new(), 0);
    while !*app.stopping.borrow() {
        let Some((last, number)) = look_further(app, &after).await? else { break };
        erased += number;
        after = last;
    }
    Ok(erased)
}

/// Looks at the next people after that hash: the last one's, and how many of them were erased. None at the end, and where another process is at
/// it: then it is that one's.
async fn look_further(app: &App, after: &[u8]) -> Result<Option<(Vec<u8>, u64)>, Failure> {
    let mut act = Act::by_server(app).await?;
    if !Lock::Erasure.try_take(&mut act).await? {
        return Ok(None);
    }
    let months = db::settings::read(&mut act).await?.policy.buyers_kept_months;
    let since = kept_since(months, act.at());
    let (last, outlived) = db::personal_data::outlived(&mut act, after, since, LOOKED_AT).await?;
    // Whoever looks further needs the lock that this look holds.
    if outlived.is_empty() {
        act.given_up().await?;
    } else {
        personal_data::erase_all(act, &outlived, Done::new(ActKind::BuyersOutlived)).await?;
    }
    Ok(last.map(|last| (last, outlived.len() as u64)))
}

/// Whoever was done with before that moment is kept no longer; none where all are kept.
fn kept_since(months: u32, now: Timestamp) -> Option<Timestamp> {
    if months == 0 {
        return None;
    }
    now.to_zoned(TimeZone::UTC).checked_sub(i64::from(months).months()).ok().map(|since| since.timestamp())
}
