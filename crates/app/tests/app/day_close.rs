//! A till closes its day: real files, a real server, a wire that can be cut.

use crate::stage::{Centre, Till};
use beadsbox_app::{
    ErrorCode,
    view::{CallReason, CashForm, CloseForm, CloseState, ClosedDayView, CountForm, Counted, DayStateView, PaperLanguage},
};
use beadsbox_domain::CashMovement;
use jiff::SignedDuration;

fn counted(amount: &str) -> Vec<Counted> {
    vec![Counted { currency: "EUR".to_owned(), amount: amount.to_owned() }]
}

fn form(through_seq: u64, amount: &str) -> CloseForm {
    CloseForm { counted: counted(amount), through_seq, difference_reason: String::new(), unsent_reason: String::new(), language: PaperLanguage::Fr }
}

async fn move_cash(till: &Till, movement: CashMovement, amount: &str) {
    let reason = "change".to_owned();
    till.seat()
        .move_cash(CashForm { movement, currency: "EUR".to_owned(), amount: amount.to_owned(), reason })
        .await
        .unwrap();
}

/// Counts that much, and closes with it.
async fn close(till: &Till, amount: &str) -> ClosedDayView {
    let count = till.seat().count_day(CountForm { counted: counted(amount) }).await.unwrap();
    assert!(!count.has_difference, "{:?}", count.drawers);
    till.seat().close_day(form(count.through_seq, amount)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_counted_blind_closed_and_confirmed_by_the_server() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    move_cash(&till, CashMovement::Float, "100").await;
    move_cash(&till, CashMovement::Out, "20,50").await;
    let day = till.seat().day().await.unwrap();
    assert!(day.open && day.has_float && day.missed.is_none() && day.last.is_none());
    assert_eq!((day.next_number, day.moves.len(), day.currencies.len()), (1, 2, 1));
    let price = till.sell("Blaise").await.price.minor;
    let code = till.sell("Émilie").await.code;
    till.sync().await;
    till.seat().redeem(&code).await.unwrap();

    let missing = till.seat().count_day(CountForm { counted: Vec::new() }).await.unwrap_err();
    assert_eq!((missing.code, missing.fields[0].field.as_str()), (ErrorCode::InvalidInput, "counted.EUR"));
    let count = till.seat().count_day(CountForm { counted: counted("0") }).await.unwrap();
    assert_eq!(count.drawers[0].expected.minor, 10_000 - 2_050 + 2 * price);
    assert_eq!((count.totals[0].sold.count, count.totals[0].redeemed.count, count.totals[0].accepted_offline.count), (2, 1, 0));
    let error = till.seat().close_day(form(count.through_seq, "0")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NeedsReason, "the cash differs");

    // What is sold after the count belongs to the next day.
    till.sell("Ada").await;
    till.sync().await;
    let amount = format!("{}.{:02}", count.drawers[0].expected.minor / 100, count.drawers[0].expected.minor % 100);
    let closed = till.seat().close_day(form(count.through_seq, &amount)).await.unwrap();
    assert_eq!((closed.row.number, closed.totals[0].sold.count, closed.drawers[0].difference.minor), (1, 2, 0));
    for through_seq in [count.through_seq, count.through_seq - 1] {
        let again = till.seat().close_day(form(through_seq, &amount)).await.unwrap_err();
        assert_eq!(again.code, ErrorCode::DayChanged, "one count closes one day, whether its answer was seen or not");
    }
    let day = till.seat().day().await.unwrap();
    assert!(day.open && !day.has_float && day.next_number == 2);
    till.sync().await;
    assert_eq!(till.seat().day_closes(None).await.unwrap()[0].state, CloseState::Confirmed);
    assert_eq!(centre.count("SELECT count(*) FROM day_close WHERE agrees").await, 1);
    assert_eq!(centre.count("SELECT count(*) FROM cash_move").await, 2);

    let closed = close(&till, &format!("{}.{:02}", price / 100, price % 100)).await;
    assert_eq!((closed.row.number, closed.totals[0].sold.count), (2, 1));
    till.sync().await;
    assert_eq!(centre.count("SELECT count(*) FROM day_close WHERE agrees").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_closed_without_the_network_needs_a_reason_and_agrees_later() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let code = till.sell("Blaise").await.code;
    let price = till.sell("Émilie").await.price.minor;
    till.sync().await;
    till.go_offline().await;
    till.seat().redeem(&code).await.unwrap();
    let count = till.seat().count_day(CountForm { counted: counted("1") }).await.unwrap();
    assert_eq!((count.unsent, count.totals[0].accepted_offline.count), (1, 1));
    assert_eq!(count.drawers[0].expected.minor, 2 * price);
    let reasons = |difference: &str, unsent: &str| CloseForm {
        difference_reason: difference.to_owned(),
        unsent_reason: unsent.to_owned(),
        ..form(count.through_seq, "1")
    };
    for form in [reasons("", "the line is cut"), reasons("a thief", " ")] {
        assert_eq!(till.seat().close_day(form).await.unwrap_err().code, ErrorCode::NeedsReason);
    }
    assert!(till.seat().day_closes(None).await.unwrap().is_empty(), "nothing was recorded");
    let closed = till.seat().close_day(reasons("a thief", "the line is cut")).await.unwrap();
    assert_eq!((closed.row.unsent, closed.unsent_reason.as_deref()), (1, Some("the line is cut")));
    assert_eq!((closed.row.state, closed.difference_reason.as_deref()), (CloseState::Waiting, Some("a thief")));
    till.come_back().await;
    till.until("sent", |status| status.waiting == 0).await;
    assert_eq!(centre.count("SELECT count(*) FROM day_close WHERE agrees").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_the_same_bytes_whoever_is_renamed_and_whenever_it_is_printed() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Carla").await;
    let closed = close(&till, "0").await;
    let first = till.seat().day_report(&closed.row.op_id).await.unwrap();
    assert!(first.pdf.starts_with(b"%PDF") && first.name == "day-close-00001.pdf");
    till.sync().await;
    assert_eq!(centre.count("WITH renamed AS (UPDATE staff SET name = 'Carlotta', row_version = row_version + 1 WHERE name = 'Carla' RETURNING 1) SELECT count(*) FROM renamed").await, 1);
    till.clock.turn(SignedDuration::from_hours(5));
    till.restart().await;
    till.sign_in("Ada", crate::stage::PASSWORD).await.unwrap();
    till.sync().await;
    let again = till.seat().day_report(&closed.row.op_id).await.unwrap();
    assert!(first == again, "{} and {} bytes", first.pdf.len(), again.pdf.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_day_is_asked_for_the_next_morning_and_selling_goes_on() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Carla").await;
    let price = till.sell("Blaise").await.price.minor;
    let today = till.seat().day().await.unwrap().today;
    till.clock.turn(SignedDuration::from_hours(25));
    // The program ends in the night; what was sold is in the outbox and nowhere else.
    till.restart().await;
    till.sign_in("Carla", crate::stage::PASSWORD).await.unwrap();
    let day = till.seat().day().await.unwrap();
    assert_eq!(day.missed.as_deref(), Some(today.as_str()));
    assert_eq!(till.seat().missed_day().await.unwrap(), day.missed);
    assert_ne!(day.today, today);
    till.sync().await;
    let closed = close(&till, &format!("{}.{:02}", price / 100, price % 100)).await;
    assert_eq!(closed.row.day, today, "the day that was missed");
    assert_eq!(till.seat().day().await.unwrap().missed, None);
    assert_eq!(till.seat().missed_day().await.unwrap(), None);
    till.sell("Émilie").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_sees_who_must_be_called_and_is_told_where_the_server_is_gone() {
    let mut centre = Centre::open().await;
    let (till, other, office) = (centre.till("Montmartre", "Carla").await, centre.till("Marais", "Carla").await, centre.till("Marais", "Ada").await);
    till.sell("Blaise").await;
    till.sync().await;
    close(&other, "0").await;
    other.sync().await;
    let told = office.seat().end_of_day(None).await.unwrap();
    let devices: Vec<_> = told
        .shops
        .iter()
        .flat_map(|shop| &shop.devices)
        .map(|device| (device.name.as_str(), device.state, device.call.clone()))
        .collect();
    assert_eq!(told.to_call, 1);
    assert!(devices.contains(&("Till Montmartre", DayStateView::Open, vec![CallReason::NotClosed])), "{devices:?}");
    assert!(devices.contains(&("Till Marais", DayStateView::Closed, Vec::new())), "{devices:?}");
    assert_eq!(office.seat().end_of_day(Some("no day".to_owned())).await.unwrap_err().code, ErrorCode::InvalidInput);
    centre.stop().await;
    assert_eq!(office.seat().end_of_day(None).await.unwrap_err().code, ErrorCode::Offline);
}
