//! Sell a voucher.

use super::{Change, Context, Decided, Decision, Situation, redemption};
use crate::{expiry::last_day, operation::Operation, outcome::Refusal, status::Status, voucher::Voucher};

/// The money is in the till and the code on paper, so an archived or since edited template does not stand in the way: only
/// a sale that cannot have been is refused.
pub(super) fn sell(operation: &Operation, situation: &Situation, context: &Context) -> Decided {
    let Operation::Sell { voucher: id, code, template: template_id, template_version, snapshot, person, payment, home_shop } = operation else {
        return Err(Refusal::Unreadable { detail: "not a sale".to_owned() });
    };
    if situation.voucher.is_some() {
        return Err(Refusal::IdTaken);
    }
    if situation.code_taken {
        return Err(Refusal::CodeTaken);
    }
    let template = situation.template.as_ref().ok_or(Refusal::UnknownTemplate)?;
    snapshot.check().map_err(|error| Refusal::BadContent { rule: error.to_string() })?;
    // What it says now is known even to a device that no longer knows what it said before.
    let as_sold = situation.content_as_sold.as_ref().or((*template_version == template.version).then_some(&template.content));
    if !(1..=template.version).contains(template_version) || as_sold.is_some_and(|content| content != snapshot) {
        return Err(Refusal::SnapshotMismatch);
    }
    let end = match snapshot.validity_months {
        None => None,
        Some(months) => Some(
            last_day(context.stamp.at, months, &context.time_zone)
                .ok_or_else(|| Refusal::BadContent { rule: "the last day is beyond the calendar".to_owned() })?,
        ),
    };
    let voucher = Voucher {
        id: *id,
        code: *code,
        template: *template_id,
        snapshot: snapshot.clone(),
        person: *person,
        payment: *payment,
        sold: context.stamp,
        expires_on: end.map(|(day, _)| day),
        expires_at: end.map(|(_, moment)| moment),
        status: Status::Purchased,
        since: context.stamp,
        home_shop: *home_shop,
        row_version: 1,
    };
    // It may have been honoured elsewhere before its sale arrived here.
    let mut changes = Vec::new();
    let voucher = redemption::promote_oldest(voucher, &situation.open_conflicts, &mut changes);
    changes.insert(0, Change::Voucher(voucher));
    Ok(Decision::applied(changes))
}
