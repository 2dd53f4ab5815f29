//! What somebody ordered on the shop page to pay it here. Needs the server: it alone knows what was reserved, and whether somebody else sold it.

use std::time::Duration;

use beadsbox_domain::{Deed, Operation, Outcome, Person, VoucherCode, voucher::Payment};
use beadsbox_protocol::{
    person::SaltedPerson,
    reservation::{Reservation, ReservationCode, ReservationState},
};
use beadsbox_store::NewOperation;
use beadsbox_sync::TransportError;

use super::{Seat, names};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode},
    view::{ReservationView, SaleReceipt},
};

/// How long the server has to say whether the sale stands, before the receipt shows.
const LIMIT: Duration = Duration::from_secs(4);

/// A reservation that waits for its buyer.
struct Open {
    reservation: Reservation,
    voucher_code: VoucherCode,
    person: Person,
}

impl Seat {
    /// The reservation of that code, if it can be sold.
    pub async fn find_reservation(&self, code: &str) -> AppResult<ReservationView> {
        self.require(Deed::Sell)?;
        let Open { reservation, person, .. } = self.open_reservation(code).await?;
        Ok(ReservationView::new(&reservation, &person))
    }

    /// Sells it: the voucher that was fixed when it was ordered, at the price of then, to whoever ordered it. Asked anew, so that what was sold
    /// meanwhile is not sold twice; of two tills at the same moment the server takes one sale.
    pub async fn sell_reservation(&self, code: &str, payment: Payment) -> AppResult<SaleReceipt> {
        self.require(Deed::Sell)?;
        let Open { reservation, voucher_code, person } = self.open_reservation(code).await?;
        let salted = SaltedPerson::new(&person, self.device.host.random_bytes()).map_err(AppError::internal)?;
        let mails = self.read(|view| Ok(view.directory().mails_at_sale())).await?;
        // On the page the buyer was told that it comes by mail.
        let mail = person.email.as_ref().and(mails).map(|_| true);
        let sale = self.operation(Operation::Sell {
            voucher: reservation.voucher,
            code: voucher_code,
            template: reservation.template,
            template_version: reservation.template_version,
            snapshot: reservation.content.clone(),
            person: salted.hash().map_err(AppError::internal)?,
            payment,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: None,
            mail,
        });
        let op = sale.op;
        let outcomes = self.device.outcomes();
        self.record_all(vec![NewOperation { person: Some(salted), ..sale }]).await?;
        if let Ok(Outcome::Rejected { refusal }) = tokio::time::timeout(LIMIT.max(self.device.host.ask_limit), self.outcome_of(op, outcomes))
            .await
            .unwrap_or(Ok(Outcome::Applied))
        {
            // It stays in the list of refusals: there is money to give back.
            return Err(AppError::refused(self.read(move |view| Ok(names::refusal(view.directory(), &refusal))).await?));
        }
        self.receipt_of_sale(vec![op]).await
    }

    async fn open_reservation(&self, code: &str) -> AppResult<Open> {
        let code = ReservationCode::parse(code).map_err(|_| AppError::in_field("code", FieldErrorCode::NotAReservation, None))?;
        let reservation = match self.device.server.reservation(self.server_session()?, &code).await {
            Err(TransportError::Refused(problem)) if problem.status == 404 => {
                return Err(AppError::in_field("code", FieldErrorCode::UnknownReservation, None));
            }
            answer => answer?,
        };
        let closed = |code| Err(AppError::new(code, "the reservation cannot be sold"));
        match (reservation.state, reservation.voucher_code, reservation.person.clone()) {
            (ReservationState::Open, Some(voucher_code), Some(person)) => Ok(Open { reservation, voucher_code, person }),
            // Its buyer was erased.
            (ReservationState::Open | ReservationState::Over, ..) => closed(ErrorCode::ReservationOver),
            (ReservationState::Sold, ..) => closed(ErrorCode::ReservationSold),
            (ReservationState::PaidOnline, ..) => closed(ErrorCode::ReservationPaidOnline),
        }
    }
}
