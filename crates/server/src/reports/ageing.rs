//! How old what is owed is, and what is never used.

use beadsbox_domain::{ShopId, TemplateId};
use beadsbox_protocol::report::{Ageing, AgeingLine, Breakage, BreakageLine, Count, ReportQuery};

use super::{Moment, currency, made};
use crate::{
    db::{self, report},
    error::Failure,
    state::App,
};

pub(crate) async fn ageing(app: &App, query: ReportQuery) -> Result<Ageing, Failure> {
    made(app, query, ageing_at).await
}

async fn ageing_at(mut moment: Moment<'_>) -> Result<Ageing, Failure> {
    report::take_room(&mut moment.tx).await?;
    let groups = report::ageing(&mut moment.tx, &moment.query).await?;
    let mut lines = Vec::with_capacity(groups.len());
    for group in groups {
        moment.named.insert(group.sold_shop);
        lines.push(AgeingLine {
            shop: ShopId(group.sold_shop),
            currency: currency(&group.currency)?,
            age: db::named(&group.age, "an age")?,
            until: db::named(&group.until, "what is left")?,
            owed: Count { count: group.count, minor: group.minor },
        });
    }
    lines.sort_by_key(|line| (line.currency.code(), line.shop, line.age, line.until));
    Ok(Ageing { made: moment.end().await?, lines })
}

pub(crate) async fn breakage(app: &App, query: ReportQuery) -> Result<Breakage, Failure> {
    made(app, query, breakage_at).await
}

async fn breakage_at(mut moment: Moment<'_>) -> Result<Breakage, Failure> {
    report::take_room(&mut moment.tx).await?;
    let groups = report::breakage(&mut moment.tx, &moment.query).await?;
    let mut lines = Vec::with_capacity(groups.len());
    for group in groups {
        moment.named.insert(group.template_id);
        let count = |count, minor| Count { count, minor };
        lines.push(BreakageLine {
            template: TemplateId(group.template_id),
            currency: currency(&group.currency)?,
            over: count(group.over_count, group.over_minor),
            never_redeemed: count(group.never_count, group.never_minor),
            within_30_days: count(group.within_30_count, group.within_30_minor),
            within_90_days: count(group.within_90_count, group.within_90_minor),
            owed: count(group.owed_count, group.owed_minor),
        });
    }
    Ok(Breakage { made: moment.end().await?, lines })
}
