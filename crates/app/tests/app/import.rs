//! Vouchers of another system: every broken line reported with its line and reason, every good one there once, also again after a kill.

#![expect(clippy::print_stdout, reason = "the figures are what somebody runs the long form for")]

use std::collections::BTreeMap;

use crate::foreign::{
    Foreign,
    desk::{form, form_of, sample},
};
use crate::stage::{Centre, PASSWORD, Till, victim::Victim};
use beadsbox_app::{
    AppError, ErrorCode, Seat,
    error::FieldErrorCode,
    view::{AnswerKind, ImportDone, ImportForm, RefusalView, SheetField, SheetForm, SheetUse, SignInForm},
};
use beadsbox_domain::Status;

/// Of the other system, in the till's folder.
const FILE: &str = "old-shop.csv";

/// `BEADSBOX_IMPORT_ROWS=100000` is the long form.
fn rows() -> usize {
    std::env::var("BEADSBOX_IMPORT_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000)
}

async fn each_is_at_the_centre_once(centre: &Centre, foreign: &Foreign) {
    let good = i64::try_from(foreign.good.len()).unwrap();
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, good);
    assert_eq!(centre.count("SELECT count(DISTINCT marks ->> 'external_code') FROM voucher").await, good);
    let owed: i64 = foreign
        .good
        .values()
        .filter(|(status, _)| matches!(status, Status::Purchased | Status::Cancelled))
        .map(|(_, minor)| minor)
        .sum();
    assert_eq!(centre.count("SELECT sum(amount_minor)::bigint FROM ledger_entry WHERE kind = 'taken_over'").await, owed);
    assert_eq!(
        centre.count("SELECT coalesce(sum(service_minor + money_minor), 0)::bigint FROM ledger_entry").await,
        owed,
        "what is over owes nothing"
    );
    assert_eq!(centre.count("SELECT count(*) FROM ledger_entry WHERE kind = 'sold'").await, 0, "no sale of today");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_7_a_large_import_is_there_once_also_again_after_a_kill() {
    let (centre, foreign) = (Centre::open().await, Foreign::make(rows()));
    let mut till = centre.till("Montmartre", "Bruno").await;
    let file = till.folder.path().join(FILE);
    std::fs::write(&file, &foreign.text).unwrap();
    let view = till.open(&file).await;
    let begun = std::time::Instant::now();
    let check = till.seat().check_import(form(&view)).await.unwrap();
    println!("{} lines looked at in {:?}", check.lines, begun.elapsed());
    let good = foreign.good.len() as u64;
    assert_eq!((check.lines, check.good, check.already, check.refused), (rows() as u64, good, 0, foreign.broken.len() as u64));
    let found: BTreeMap<u64, Vec<(Option<SheetField>, FieldErrorCode)>> = till
        .all_lines(true)
        .into_iter()
        .map(|line| (line.line, line.faults.iter().map(|fault| (fault.field, fault.code)).collect()))
        .collect();
    assert_eq!(found, foreign.broken, "every broken line with its number and reason");
    for sum in &check.sums {
        assert_eq!(sum.vouchers, foreign.good.values().filter(|(status, _)| *status == sum.status).count() as u64, "{:?}", sum.status);
    }

    // Killed in the middle: whatever was told of is on the disk.
    till.go_offline().await;
    let begun = std::time::Instant::now();
    let told = till.outlive("import::a_process_that_takes_over", (good / 2).min(1_000)).await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(
        till.seat().check_import(form(&view)).await.unwrap_err().code,
        ErrorCode::NoSheet,
        "what was open is gone with the program"
    );
    let view = till.open(&file).await;
    let check = till.seat().check_import(form(&view)).await.unwrap();
    assert!(check.already >= told && check.already + check.good == good, "{told} told, {} there", check.already);
    assert!(check.good > 0, "it was killed in the middle");
    let done = till.seat().run_import(form(&view)).await.unwrap();
    assert_eq!((done.imported, done.already, done.refused, done.left, done.error), (check.good, check.already, 0, 0, None));
    println!("{good} vouchers taken over in {:?}, killed after {told}", begun.elapsed());
    let again = till.seat().run_import(form(&view)).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NoGoodLine, "there is nothing left to take over");

    let begun = std::time::Instant::now();
    till.come_back().await;
    till.all_sent().await;
    println!("sent in {:?}", begun.elapsed());
    assert_eq!(till.seat().status_bar().await.unwrap().refused, 0);
    each_is_at_the_centre_once(&centre, &foreign).await;
}

/// What `rule_7_a_large_import_is_there_once_also_again_after_a_kill` kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it works until it is killed"]
async fn a_process_that_takes_over() {
    let Some(victim) = Victim::begin("Bruno").await else { return };
    let view = victim.seat().open_sheet(&victim.folder.join(FILE), SheetUse::Import).await.unwrap();
    let (seat, asked) = (victim.seat(), form(&view));
    let good = seat.check_import(asked.clone()).await.unwrap().good;
    tokio::spawn(async move { seat.run_import(asked).await });
    // Before it takes over it looks at every line, of which there are more.
    let taken_over = |seat: &Seat| seat.work_progress().unwrap().filter(|progress| progress.of == good).map_or(0, |progress| progress.done);
    victim.tell(taken_over).await;
}

/// An import of that many lines that has recorded its first part.
async fn under_way(till: &Till, rows: usize) -> (u64, tokio::task::JoinHandle<Result<ImportDone, AppError>>) {
    let foreign = Foreign::make(rows);
    let file = till.folder.path().join("old-shop.csv");
    std::fs::write(&file, &foreign.text).unwrap();
    let (view, good) = (till.open(&file).await, foreign.good.len() as u64);
    till.go_offline().await;
    let (seat, asked) = (till.seat(), form(&view));
    let running = tokio::spawn(async move { seat.run_import(asked).await });
    while till.seat().work_progress().unwrap().is_none_or(|progress| progress.of != good || progress.done == 0) {
        assert!(!running.is_finished(), "it was over before it was seen");
        tokio::task::yield_now().await;
    }
    (good, running)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_goes_on_behind_the_lock_and_without_its_page() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let (good, running) = under_way(&till, 3_000).await;
    assert_eq!(till.seat().may_install_update().await.unwrap_err().code, ErrorCode::UpdateNotNow);
    till.seat().close_sheet().unwrap();
    till.program.lock();
    till.program.unlock(SignInForm::new("Bruno", PASSWORD)).await.unwrap();
    let done = running.await.unwrap().unwrap();
    assert_eq!((done.imported, done.left, done.error.clone()), (good, 0, None));
    assert_eq!(till.seat().last_import().unwrap(), Some(done), "a page that was left finds what came of it");
    till.seat().close_sheet().unwrap();
    assert_eq!(till.seat().last_import().unwrap(), None);
    till.seat().may_install_update().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_replaced_records_no_more_and_leaves_no_names_behind() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Marais", "Ada").await, centre.till("Montmartre", "Bruno").await);
    let carla = till.program.people().await.unwrap().into_iter().find(|person| person.name == "Carla").unwrap().id;
    let badge = office.seat().create_badge(&carla).await.unwrap().qr.text;
    till.sync().await;
    let (good, running) = under_way(&till, 5_000).await;
    assert_eq!(till.program.switch_by_badge(&badge).await.unwrap().name, "Carla");
    let done = running.await.unwrap().unwrap();
    assert!(done.left > 0 && done.imported + done.left == good, "{done:?}");
    till.program.unlock(SignInForm::new("Bruno", PASSWORD)).await.unwrap();
    assert_eq!(till.seat().work_progress().unwrap(), None);
    assert_eq!(
        till.seat().check_import(form_of(&[])).await.unwrap_err().code,
        ErrorCode::NoSheet,
        "what is replaced does not come back"
    );
    assert_eq!(till.seat().last_import().unwrap(), Some(done), "but they see how far it came");

    // A table that is still being read when its person goes is not put there behind them.
    let seat = till.seat();
    let file = till.folder.path().join("old-shop.csv");
    let opening = async { seat.open_sheet(&file, SheetUse::Import).await };
    let gone = async { till.program.sign_out() };
    let (opened, ()) = tokio::join!(biased; opening, gone);
    assert_eq!(opened.unwrap_err().code, ErrorCode::Stopped);
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(till.seat().check_import(form_of(&[])).await.unwrap_err().code, ErrorCode::NoSheet);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_programs_vouchers_are_redeemed_by_the_code_on_their_paper() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let view = office.open(&sample("first-program.csv")).await;
    assert_eq!((view.form, view.minor_units, view.rows), (SheetForm::Utf8, false, 5));
    let asked = ImportForm { minor_units: true, ..form(&view) };
    let check = office.seat().check_import(asked.clone()).await.unwrap();
    assert_eq!((check.good, check.refused), (5, 0), "{:?}", office.all_lines(true));
    let templates: Vec<(&str, bool)> = check.templates.iter().map(|template| (template.title.as_str(), template.known)).collect();
    assert!(templates.contains(&("Quantum Cuisine - introductory course", true)), "{templates:?}");
    assert!(templates.contains(&("Beads for two", false)), "{templates:?}");
    assert_eq!(office.seat().run_import(asked).await.unwrap().imported, 5);
    office.all_sent().await;

    let till = centre.patient_till("Marais", "Carla").await;
    let code = |last: u32| format!("7c0f7a52-5b3e-4a0c-8d52-0d5f5d1f000{last}");
    let answer = till.seat().redeem(&code(1).to_uppercase()).await.unwrap();
    assert_eq!((answer.answer, answer.title.as_deref()), (AnswerKind::Confirmed, Some("Quantum Cuisine - introductory course")));
    let answer = till.seat().redeem(&code(2)).await.unwrap();
    assert!(
        matches!(answer.refusal, Some(RefusalView::StatusIs { status: Status::Used, ref since }) if since.at.starts_with("2024-05-11")),
        "{answer:?}"
    );
    assert_eq!(till.seat().choose_reading(vec!["7c0f7a52'5b3e".to_owned(), code(5)]).await.unwrap(), code(5));
    assert_eq!(till.seat().redeem("7c0f7a52-5b3e-4a0c-8d52-0d5f5d1f0009").await.unwrap().answer, AnswerKind::Unknown);

    office.sync().await;
    let found = office.page(&code(3)).await;
    assert_eq!((found.rows.len(), found.rows[0].status, found.rows[0].sold_at.get(..10)), (1, Status::Cancelled, Some("2024-04-18")));
    let archived = office.seat().templates(true).await.unwrap().into_iter().find(|row| row.title == "Beads for two").unwrap();
    assert!(archived.archived, "what another system sold is not offered for sale");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_import_the_same_file_make_each_voucher_once() {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    for device in [&one, &other] {
        device.go_offline().await;
        let view = device.open(&sample("first-program.csv")).await;
        let asked = ImportForm { minor_units: true, ..form(&view) };
        assert_eq!(device.seat().run_import(asked).await.unwrap().imported, 5);
    }
    for device in [&one, &other] {
        device.come_back().await;
        device.all_sent().await;
    }
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 5);
    // The second one's are refused, each with its reason; nothing is dropped in silence.
    assert!(other.seat().status_bar().await.unwrap().refused >= 5);
    // Under another name the system's codes are still those vouchers'.
    let view = one.open(&sample("first-program.csv")).await;
    let renamed = ImportForm { source: "Other name".to_owned(), minor_units: true, ..form(&view) };
    let check = one.seat().check_import(renamed).await.unwrap();
    assert_eq!((check.good, check.refused), (0, 5));
    assert!(check.faults.iter().all(|count| count.fault.code == FieldErrorCode::CodeTaken));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_has_not_heard_of_an_imported_code_asks_and_never_calls_it_mistyped() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Bruno").await, centre.patient_till("Marais", "Carla").await);
    till.go_offline().await;
    office.import("Old shop", "OLD/77,Tea,5,Anna\n").await;
    office.all_sent().await;
    let answer = till.seat().redeem("OLD/77").await.unwrap();
    assert_eq!((answer.answer, answer.asked, answer.code.as_str()), (AnswerKind::Unknown, false, "OLD/77"));
    let mistyped = till.seat().redeem("0123-4567-89ABC").await.unwrap();
    assert_eq!((mistyped.answer, mistyped.refusal), (AnswerKind::Refused, Some(RefusalView::Mistyped)));
    till.link.set(crate::stage::link::Wire::Whole);
    till.until("online", |status| status.online).await;
    assert_eq!(till.seat().redeem("OLD/77").await.unwrap().answer, AnswerKind::Confirmed);
    let nowhere = till.seat().redeem("OLD/78").await.unwrap();
    assert_eq!((nowhere.answer, nowhere.asked), (AnswerKind::Unknown, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_that_differ_in_their_case_alone_never_stand_for_each_other() {
    let centre = Centre::open().await;
    let (office, other) = (centre.patient_till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    other.go_offline().await;
    let check = office.import("Old shop", "AB3X,Tea,5,Anna\nab3X,Tea,5,Bo\nuuid-7,Tea,5,Cy\n").await;
    assert_eq!((check.good, check.faults[0].fault.code), (2, FieldErrorCode::Twice));
    let check = office.import("Other shop", "Ab3x,Tea,5,Di\n").await;
    assert_eq!((check.good, check.faults[0].fault.code), (0, FieldErrorCode::CodeTaken));
    office.all_sent().await;
    for wrong in ["ab3X", "Ab3x"] {
        assert_eq!(office.seat().redeem(wrong).await.unwrap().answer, AnswerKind::Unknown, "{wrong} is on other paper");
    }
    assert_eq!(office.seat().redeem("UUID-7").await.unwrap().answer, AnswerKind::Confirmed, "Caps Lock is no other code");
    assert_eq!(office.seat().redeem("AB3X").await.unwrap().answer, AnswerKind::Confirmed);

    // A device that has not heard of the first is told by the server.
    other.import("Other shop", "aB3x,Tea,5,Di\n").await;
    other.come_back().await;
    other.all_sent().await;
    assert!(other.seat().status_bar().await.unwrap().refused >= 1);
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 2);
}
