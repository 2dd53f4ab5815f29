//! A till sells what somebody ordered on the shop page: once, whoever else tries, and only with the server.

use crate::stage::Centre;
use beadsbox_app::{ErrorCode, error::FieldErrorCode};
use beadsbox_domain::Payment;
use beadsbox_testkit::reserve;

impl Centre {
    async fn reserve(&self) -> String {
        reserve(&format!("http://{}", self.address), "Odile").await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reserved_is_sold_once() {
    let centre = Centre::open().await;
    centre.open_shop_page("Montmartre").await;
    let (one, other) = (centre.patient_till("Montmartre", "Carla").await, centre.patient_till("Marais", "Bruno").await);
    let code = centre.reserve().await;
    let found = one.seat().find_reservation(&code.to_lowercase()).await.unwrap();
    assert_eq!((found.buyer.as_str(), found.recipient.as_deref(), found.price.minor), ("Léa Dubois", Some("Odile"), 4136));
    let sold = one.seat().sell_reservation(&found.code, Payment::Cash).await.unwrap();
    assert_eq!((sold.buyer.as_str(), sold.vouchers.len(), sold.total.minor), ("Léa Dubois", 1, 4136));
    for seat in [one.seat(), other.seat()] {
        assert_eq!(seat.find_reservation(&code).await.unwrap_err().code, ErrorCode::ReservationSold);
        assert_eq!(seat.sell_reservation(&code, Payment::Cash).await.unwrap_err().code, ErrorCode::ReservationSold);
    }
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 1);
    // It is that till's sale, in its day.
    assert_eq!(
        centre
            .count("SELECT count(*) FROM shop_order o JOIN voucher v ON v.id = o.voucher_id AND v.payment = 'cash' WHERE o.state = 'issued'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tills_at_the_same_moment_one_is_told_that_it_was_sold() {
    let centre = Centre::open().await;
    centre.open_shop_page("Montmartre").await;
    let (one, other) = (centre.patient_till("Montmartre", "Carla").await, centre.patient_till("Marais", "Bruno").await);
    for _ in 0..3 {
        let code = centre.reserve().await;
        let (first, second) = (one.seat(), other.seat());
        let (first, second) = tokio::join!(first.sell_reservation(&code, Payment::Cash), second.sell_reservation(&code, Payment::CardTerminal));
        let refused = match (first, second) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error.code,
            others => panic!("one of them sells it: {others:?}"),
        };
        assert!(matches!(refused, ErrorCode::Refused | ErrorCode::ReservationSold), "{refused:?}");
    }
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_clock_that_is_days_off_it_stays_reserved() {
    let centre = Centre::open().await;
    centre.open_shop_page("Montmartre").await;
    let till = centre.patient_till("Montmartre", "Carla").await;
    let code = centre.reserve().await;
    let days = jiff::SignedDuration::from_hours(24 * 3);
    till.clock.turn(-days);
    assert_eq!(till.seat().sell_reservation(&code, Payment::Cash).await.unwrap_err().code, ErrorCode::ClockWrong);
    till.clock.turn(days);
    till.seat().sell_reservation(&code, Payment::Cash).await.unwrap();
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_server_and_without_a_reservation_nothing_is_sold() {
    let centre = Centre::open().await;
    centre.open_shop_page("Montmartre").await;
    let till = centre.patient_till("Montmartre", "Carla").await;
    for (code, fault) in
        [("", FieldErrorCode::NotAReservation), ("7KQ2-M9X", FieldErrorCode::NotAReservation), ("7KQ2-M9XA", FieldErrorCode::UnknownReservation)]
    {
        let error = till.seat().find_reservation(code).await.unwrap_err();
        assert_eq!((error.code, error.fields[0].field.as_str(), error.fields[0].code), (ErrorCode::InvalidInput, "code", fault));
    }
    let code = centre.reserve().await;
    till.go_offline().await;
    assert_eq!(till.seat().sell_reservation(&code, Payment::Cash).await.unwrap_err().code, ErrorCode::Offline);
    assert_eq!(till.seat().refused_operations().await.unwrap().len(), 0);
    till.come_back().await;
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 0);
    till.seat().sell_reservation(&code, Payment::Cash).await.unwrap();
}
