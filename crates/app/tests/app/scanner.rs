//! A scan that may mean two codes, an answer that never waits for the network longer than its limit, and the scanner's settings.

use std::time::{Duration, Instant};

use crate::stage::{Centre, PASSWORD, link::Wire};
use beadsbox_app::{
    ErrorCode,
    host::ASK_LIMIT,
    view::{AnswerKind, ScannerLayout, ScannerSettings, Terminator},
};

/// Well formed, and no voucher's.
const NO_VOUCHER: &str = "CAR0-VAN0-TESTX";

#[tokio::test(flavor = "multi_thread")]
async fn of_two_readings_the_one_that_is_a_voucher_here_is_meant() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let code = till.sell("Zazie").await.code;
    let choose = async |readings: &[&str]| till.seat().choose_reading(readings.iter().map(|text| (*text).to_owned()).collect()).await.unwrap();
    assert_eq!(choose(&[NO_VOUCHER, &code]).await, code);
    assert_eq!(choose(&[&code, NO_VOUCHER]).await, code);
    assert_eq!(choose(&[NO_VOUCHER, "no code at all"]).await, NO_VOUCHER, "none is: the likeliest by its looks");
    assert_eq!(choose(&[]).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_hanging_network_is_asked_for_the_answer_comes_within_a_second() {
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let (known, other) = (till.sell("Ada").await.code, centre.till("Marais", "Ada").await.sell("Bo").await.code);
    till.sync().await;
    let ask = async |code: &str| {
        let (seat, asked) = (till.seat(), Instant::now());
        let answer = seat.redeem(code).await.unwrap().answer;
        (answer, asked.elapsed())
    };
    for (code, expected) in [(NO_VOUCHER, AnswerKind::Unknown), (&known, AnswerKind::AcceptedOffline), (&other, AnswerKind::AcceptedOffline)] {
        till.link.set(Wire::Whole);
        till.sync().await;
        till.link.set(Wire::RepliesLost);
        let (answer, took) = ask(code).await;
        assert_eq!(answer, expected, "{code}");
        assert!(took < Duration::from_secs(1), "{code} took {took:?}; the server is given {ASK_LIMIT:?}");
    }
    centre.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scanners_settings_outlive_the_program() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Carla").await;
    assert_eq!(till.program.scanner_settings().await, ScannerSettings::default());
    let settings = ScannerSettings { prefix: "]Q1".to_owned(), terminator: Terminator::Tab, longest_gap_ms: 90, layout: ScannerLayout::Fr };
    till.program.set_scanner_settings(settings.clone()).await.unwrap();
    let refused = till.program.set_scanner_settings(ScannerSettings { longest_gap_ms: 5, ..settings.clone() }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidInput);
    till.restart().await;
    till.sign_in("Carla", PASSWORD).await.unwrap();
    assert_eq!(till.program.scanner_settings().await, settings);
}
