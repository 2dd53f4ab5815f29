use beadsbox_domain::Person;
use beadsbox_protocol::reservation::Reservation;
use serde::Serialize;

use super::MoneyView;

/// What somebody ordered on the shop page, as the till shows it before it is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "Reservation")]
pub struct ReservationView {
    /// In two groups.
    pub code: String,
    pub title: String,
    pub price: MoneyView,
    pub buyer: String,
    pub email: Option<String>,
    pub recipient: Option<String>,
    pub holds_until: String,
}

impl ReservationView {
    pub(crate) fn new(reservation: &Reservation, person: &Person) -> Self {
        Self {
            code: reservation.code.to_string(),
            title: reservation.content.title.as_str().to_owned(),
            price: reservation.content.price.into(),
            buyer: person.buyer.as_str().to_owned(),
            email: person.email.clone().map(String::from),
            recipient: person.recipient.clone().map(String::from),
            holds_until: reservation.holds_until.to_string(),
        }
    }
}
