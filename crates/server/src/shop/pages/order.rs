//! `GET /vouchers/orders/{order}`: what became of an order; the voucher, once it is there.

use axum::{
    body::Body,
    extract::{Path, RawQuery, State},
    http::{Response, StatusCode},
};
use beadsbox_documents::{Language, qr_svg, written_amount, written_day};
use beadsbox_domain::{Person, Status, Timestamp, Voucher, text::Email};
use beadsbox_protocol::{Profile, reservation::ReservationCode, rows::VoucherRow, signed_code::SignedVoucher};
use jiff::tz::TimeZone;
use minijinja::{Value, context};
use uuid::Uuid;

use super::{
    pay::is_payable,
    render::{Page, Shown, show as show_page, word},
    visitor::Visitor,
};
use crate::{
    db::{
        self,
        device::SERVER,
        shop_order::{Order, OrderState, PayBy, Trouble},
    },
    error::Failure,
    shop::order::is_on_its_way,
    state::App,
};

/// Where the order's page is.
pub(super) fn address(app: &App, order: Uuid) -> String {
    format!("/vouchers/orders/{}", app.shop.keys.link(order))
}

/// The order of that link.
pub(super) async fn find(app: &App, link: &str) -> Result<Order, Failure> {
    let id = app.shop.keys.order(link).ok_or_else(|| Failure::not_found("order"))?;
    db::shop_order::find(&mut *app.pool.acquire().await?, id).await?.ok_or_else(|| Failure::not_found("order"))
}

/// A moment in a shop, in words: the day and the hour.
pub(super) fn moment(at: Timestamp, time_zone: &str, language: Language) -> String {
    let zoned = at.to_zoned(TimeZone::get(time_zone).unwrap_or(TimeZone::UTC));
    let (hour, minute) = (zoned.hour(), zoned.minute());
    let day = written_day(zoned.date(), language);
    match language {
        Language::En => format!("{day}, {hour:02}:{minute:02}"),
        Language::Fr => format!("{day} à {hour:02}\u{a0}h\u{a0}{minute:02}"),
    }
}

/// `GET /vouchers/orders/{order}`
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(link): Path<String>, RawQuery(query): RawQuery) -> Result<Response<Body>, Failure> {
    let order = find(&app, &link).await?;
    let failed = query.is_some_and(|query| query.split('&').any(|pair| pair == "payment=failed"));
    let (title, values) = match order.state {
        OrderState::Issued => issued(&app, &visitor, &order).await?,
        _ => waiting(&app, &visitor, &order, failed).await?,
    };
    let here = address(&app, order.id);
    let values = context! { here => &here, ..values };
    show_page(
        &visitor,
        &Shown { page: Page::Order, status: StatusCode::OK, title: word(visitor.language, title), path: Some(&here), values },
    )
}

/// The voucher of an order that has one.
pub(super) async fn voucher(app: &App, order: &Order) -> Result<(Voucher, Option<Person>), Failure> {
    let rows = db::voucher::rows(&mut *app.pool.acquire().await?, &[order.voucher.0], Profile::Office).await?;
    let VoucherRow { voucher, person } = rows.into_iter().next().ok_or_else(|| Failure::Defect("an order's voucher is missing".to_owned()))?;
    Ok((voucher, person))
}

/// What its QR code says, signed by the server.
pub(super) fn signed(app: &App, voucher: &Voucher) -> String {
    SignedVoucher::of(voucher).sign(SERVER, &app.identity.signing_key)
}

/// An address that its owner knows again and nobody else learns from a page that was passed on: `l…@example.org`, on one line (a word joiner).
fn masked(email: &Email) -> String {
    let (local, domain) = email.as_str().split_once('@').unwrap_or((email.as_str(), ""));
    format!("{}…\u{2060}@{domain}", local.chars().next().unwrap_or_default())
}

type Said = (&'static str, Value);

async fn issued(app: &App, visitor: &Visitor, order: &Order) -> Result<Said, Failure> {
    let (voucher, person) = voucher(app, order).await?;
    let (language, content) = (visitor.language, &voucher.snapshot);
    let title = content.title.as_str();
    if voucher.status != Status::Purchased {
        // A picture with a fresh signature would open other tills' drawers.
        let used = voucher.status == Status::Used;
        let heading = if used { "order_used_heading" } else { "order_over_heading" };
        return Ok((heading, context! { state => "over", title, used }));
    }
    let qr = qr_svg(&signed(app, &voucher)).map_err(|error| Failure::Defect(format!("a QR code: {error}")))?;
    let person = person.as_ref();
    let email = person.and_then(|person| person.email.as_ref()).filter(|_| app.mailer.is_some()).map(masked);
    let values = context! {
        state => "issued",
        title,
        qr,
        email,
        code => voucher.code.to_string(),
        recipient => person.and_then(|person| person.recipient.as_ref()).map(ToString::to_string),
        giver => person.filter(|person| person.recipient.is_some()).map(|person| person.buyer.to_string()),
        message => person.and_then(|person| person.message.as_ref()).map(ToString::to_string),
        expires_on => voucher.expires_on.map(|day| written_day(day, language)),
        price => written_amount(content.price, language),
    };
    Ok(("order_issued_title", values))
}

async fn waiting(app: &App, visitor: &Visitor, order: &Order, failed: bool) -> Result<Said, Failure> {
    let mut conn = app.pool.acquire().await?;
    let content = db::shop_order::content(&mut conn, order).await?;
    let shop = db::shop::find(&mut conn, order.shop).await?.unwrap_or_default();
    drop(conn);
    let (language, now) = (visitor.language, app.clock.now());
    let reservation = ReservationCode::parse(&order.reservation).map_or_else(|_| order.reservation.clone(), |code| code.to_string());
    let common = context! {
        title => content.title.as_str(),
        price => written_amount(order.price, language),
        reservation,
        until => moment(order.holds_until, &shop.time_zone, language),
    };
    let told = |heading: &'static str, text: &'static str, again: bool| {
        context! {
            state => "told", heading => word(language, heading), text => word(language, text), again,
            told_reservation => order.trouble.is_some(), ..common.clone()
        }
    };
    let over = order.state == OrderState::Reserved && order.holds_until <= now;
    Ok(match (order.state, order.payment) {
        _ if order.settled => ("order_expired_title", told("order_expired_heading", "order_settled_text", false)),
        _ if order.trouble == Some(Trouble::AmountDiffers) => ("order_paid_title", told("order_trouble_heading", "order_trouble_text", false)),
        (OrderState::Reserved, PayBy::InShop) if !over => ("order_reserved_title", context! { state => "reserved", ..common }),
        (OrderState::Reserved, PayBy::Card) if is_on_its_way(order) => {
            ("order_on_its_way_title", told("order_on_its_way_heading", "order_on_its_way_text", true))
        }
        (OrderState::Reserved, PayBy::Card) => ("order_unpaid_title", context! { state => "unpaid", failed, payable => is_payable(app, order, now), ..common }),
        (OrderState::Paid | OrderState::Issued, _) => ("order_paid_title", told("order_paid_heading", "order_paid_text", true)),
        (OrderState::Cancelled, _) => ("order_expired_title", told("order_expired_heading", "order_cancelled_text", false)),
        (OrderState::Expired | OrderState::Reserved, _) => ("order_expired_title", told("order_expired_heading", "order_expired_text", false)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_again_by_its_owner_alone() {
        assert_eq!(masked(&Email::new("lea.dubois@example.org").unwrap()), "l…\u{2060}@example.org");
        assert_eq!(masked(&Email::new("é@example.org").unwrap()), "é…\u{2060}@example.org");
    }

    #[test]
    fn a_moment_is_that_of_the_shop() {
        let at: Timestamp = "2026-12-04T17:05:00Z".parse().unwrap();
        assert_eq!(moment(at, "Europe/Paris", Language::En), "4\u{a0}December\u{a0}2026, 18:05");
        assert_eq!(moment(at, "Europe/Lisbon", Language::Fr), "4\u{a0}décembre\u{a0}2026 à 17\u{a0}h\u{a0}05");
    }
}
