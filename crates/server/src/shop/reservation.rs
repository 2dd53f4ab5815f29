//! What a till asks about a reservation.

use beadsbox_protocol::reservation::{Reservation, ReservationCode, ReservationState};

use crate::{
    db::{
        self,
        shop_order::{OrderState, PayBy},
    },
    error::Failure,
    state::App,
};

/// The reservation as it stands. Whoever sells it needs the voucher's code and the buyer; where it cannot be sold, nobody does.
pub(crate) async fn lookup(app: &App, code: &ReservationCode) -> Result<Reservation, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let order = db::shop_order::find_by_reservation(&mut tx, code.compact()).await?.ok_or_else(|| Failure::not_found("reservation"))?;
    let state = match (order.state, order.payment) {
        (OrderState::Reserved, PayBy::InShop) if order.holds_until > app.clock.now() => ReservationState::Open,
        (OrderState::Reserved, PayBy::Card) | (OrderState::Paid, _) => ReservationState::PaidOnline,
        (OrderState::Issued, _) => ReservationState::Sold,
        (OrderState::Reserved | OrderState::Expired | OrderState::Cancelled, _) => ReservationState::Over,
    };
    let is_open = state == ReservationState::Open;
    let person = if is_open { db::person::find(&mut tx, &[order.person]).await?.remove(&order.person) } else { None };
    let person = person.map(|salted| salted.open()).transpose().map_err(|error| Failure::Defect(format!("a buyer: {error}")))?;
    Ok(Reservation {
        code: code.clone(),
        state,
        holds_until: order.holds_until,
        voucher: order.voucher,
        voucher_code: is_open.then_some(order.code),
        template: order.template,
        template_version: order.template_version,
        content: db::shop_order::content(&mut tx, &order).await?,
        person,
    })
}
