//! VAT at the right moment.

use beadsbox_domain::ShopId;
use beadsbox_protocol::report::{ReportQuery, VatLine, VatReport};

use super::{Moment, currency, made};
use crate::{
    db::{
        report::{self, MOST_GROUPS},
        to_count,
    },
    error::Failure,
    state::App,
};

pub(crate) async fn vat(app: &App, query: ReportQuery) -> Result<VatReport, Failure> {
    made(app, query, vat_at).await
}

async fn vat_at(mut moment: Moment<'_>) -> Result<VatReport, Failure> {
    let groups = report::vat_due(&mut moment.tx, &moment.query).await?;
    let cut = groups.len() as u64 >= to_count(MOST_GROUPS);
    let mut lines = Vec::with_capacity(groups.len());
    for group in groups {
        moment.named.insert(group.shop_id);
        lines.push(VatLine {
            start: group.start.map(jiff_sqlx::Date::to_jiff),
            shop: ShopId(group.shop_id),
            currency: currency(&group.currency)?,
            vat: group.vat()?,
            sold: group.sold,
            refunded: group.refunded,
            replaced: group.replaced,
            due: group.due,
            to_be_taxed: group.to_be_taxed,
        });
    }
    if cut {
        // The last one may lack its neighbours.
        let last = lines.last().map(|line| line.start);
        lines.retain(|line| Some(line.start) != last);
    }
    Ok(VatReport { made: moment.end().await?, lines, cut })
}
