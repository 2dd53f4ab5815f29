//! What somebody ordered on the shop page to pay it at a counter.

use beadsbox_protocol::reservation::{Reservation, ReservationCode, ReservationQuery};
use reqwest::Method;

use super::HttpServer;
use crate::transport::TransportError;

impl HttpServer {
    /// The reservation of that code, for whoever sells.
    pub async fn reservation(&self, session: &str, code: &ReservationCode) -> Result<Reservation, TransportError> {
        let query = ReservationQuery { code: code.clone() };
        self.fetch(self.request(Method::POST, "v1/reservations/find")?.bearer_auth(session).json(&query)).await
    }
}
