//! Sell a voucher.

use jiff::{Timestamp, civil::Date};

use super::{Change, Context, Decided, Decision, Situation, redemption, replacement::ends_day};
use crate::{
    expiry::last_day,
    marks::{Marks, Origin},
    operation::{Imported, Operation, Replacement},
    outcome::Refusal,
    status::Status,
    template::TemplateContent,
    voucher::{Stamp, Voucher},
};

/// The money is in the till and the code on paper, so an archived or since edited template does not stand in the way: only
/// a sale that cannot have been is refused.
pub(super) fn sell(operation: &Operation, situation: &Situation, context: &Context) -> Decided {
    let Operation::Sell { voucher: id, code, template, snapshot, person, payment, home_shop, replaces, batch, imported, .. } = operation else {
        return Err(Refusal::Unreadable { detail: "not a sale".to_owned() });
    };
    if situation.voucher.is_some() {
        return Err(Refusal::IdTaken);
    }
    if situation.code_taken {
        return Err(Refusal::CodeTaken);
    }
    snapshot.check().map_err(|error| Refusal::BadContent { rule: error.to_string() })?;
    if imported.is_some() && (replaces.is_some() || batch.is_some()) {
        return Err(Refusal::BadContent { rule: "what another system sold was not issued here".to_owned() });
    }
    if let Some(replaced) = replaces {
        let stands = situation.replaced.as_ref().is_some_and(|old| old.is_replaced_by(*id, *template, snapshot, replaced));
        stands.then_some(()).ok_or(Refusal::NotReplaced)?;
    }
    let end = match (imported, replaces.as_ref().map(|replaced| replaced.replacement)) {
        (Some(imported), _) => {
            check_template(operation, situation)?;
            end_elsewhere(imported, context)?
        }
        // As it was sold, whatever its template says by now.
        (None, Some(Replacement::Reissue { expires_on, expires_at })) => expires_on.zip(expires_at),
        (None, Some(Replacement::Exchange) | None) => {
            check_template(operation, situation)?;
            end_of(snapshot, context)?
        }
    };
    let (sold, since) = stamps(imported.as_deref(), context.stamp);
    let marks = Marks {
        replaces: replaces.as_ref().map(|replaced| replaced.voucher),
        batch: batch.clone(),
        external_code: imported.as_ref().map(|imported| imported.code.clone()),
        origin: imported.as_ref().map(|imported| Origin { source: imported.source.clone(), status: imported.status }),
        ..Marks::default()
    };
    let voucher = Voucher {
        id: *id,
        code: *code,
        template: *template,
        snapshot: snapshot.clone(),
        person: *person,
        payment: *payment,
        sold,
        expires_on: end.map(|(day, _)| day),
        expires_at: end.map(|(_, moment)| moment),
        status: imported.as_ref().map_or(Status::Purchased, |imported| imported.status),
        since,
        home_shop: *home_shop,
        marks,
        row_version: 1,
    };
    // It may have been honoured elsewhere before its sale arrived here.
    let mut changes = Vec::new();
    let voucher = redemption::known_at_last(voucher, &situation.open_conflicts, &mut changes);
    changes.insert(0, Change::Voucher(voucher));
    Ok(Decision::applied(changes))
}

/// The template says, or said, what was sold.
fn check_template(operation: &Operation, situation: &Situation) -> Result<(), Refusal> {
    let Operation::Sell { template_version, snapshot, .. } = operation else { return Ok(()) };
    let template = situation.template.as_ref().ok_or(Refusal::UnknownTemplate)?;
    // What it says now is known even to a device that no longer knows what it said before.
    let as_sold = situation.content_as_sold.as_ref().or((*template_version == template.version).then_some(&template.content));
    if (1..=template.version).contains(template_version) && as_sold.is_none_or(|content| content == snapshot) {
        Ok(())
    } else {
        Err(Refusal::SnapshotMismatch)
    }
}

/// The last day, and the first moment after it; none where it never ends.
fn end_of(snapshot: &TemplateContent, context: &Context) -> Result<Option<(Date, Timestamp)>, Refusal> {
    let Some(months) = snapshot.validity_months else { return Ok(None) };
    let end = last_day(context.stamp.at, months, &context.time_zone);
    end.map(Some).ok_or_else(|| Refusal::BadContent { rule: "the last day is beyond the calendar".to_owned() })
}

/// When it was sold, and since when it stands as it does.
fn stamps(imported: Option<&Imported>, now: Stamp) -> (Stamp, Stamp) {
    let at = |moment: Option<Timestamp>| Stamp { at: moment.unwrap_or(now.at), ..now };
    imported.map_or((now, now), |imported| (at(imported.sold_at), at(imported.since.or(imported.sold_at))))
}

/// As the other system had it. What it did is over, so it cannot lie ahead.
fn end_elsewhere(imported: &Imported, context: &Context) -> Result<Option<(Date, Timestamp)>, Refusal> {
    let refuse = |rule: &str| Err(Refusal::BadContent { rule: rule.to_owned() });
    if imported.status == Status::Replaced {
        return refuse("another system's voucher stands for no other one here");
    }
    if [imported.sold_at, imported.since].into_iter().flatten().any(|at| at > context.stamp.at) {
        return refuse("what another system did lies ahead");
    }
    match (imported.expires_on, imported.expires_at) {
        (None, None) => Ok(None),
        (Some(day), Some(moment)) if ends_day(day, moment) => Ok(Some((day, moment))),
        _ => refuse("the end is not the end of the last day"),
    }
}
