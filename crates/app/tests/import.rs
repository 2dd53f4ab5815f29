//! Vouchers of another system: every broken line reported with its line and reason, every good one there once, also again after a kill.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are what somebody runs the long form for")]

mod foreign;
mod stage;

use std::{collections::BTreeMap, path::Path, time::Duration};

use beadsbox_app::{
    AppError, ErrorCode,
    error::FieldErrorCode,
    view::{
        AnswerKind, DayOrder, FaultWord, FieldColumn, ImportDone, ImportForm, LineState, PaperLanguage, RefusalView, RefusedWords, SheetField, SheetForm, SheetLine,
        SheetUse, SheetView, SignInForm,
    },
};
use beadsbox_documents::read_table;
use beadsbox_domain::{Status, Vat};
use foreign::Foreign;
use stage::{Centre, PASSWORD, Till};

/// `BEADSBOX_IMPORT_ROWS=100000` is the long form.
fn rows() -> usize {
    std::env::var("BEADSBOX_IMPORT_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000)
}

fn form(view: &SheetView) -> ImportForm {
    ImportForm { minor_units: view.minor_units, ..form_of(&view.mapping) }
}

fn form_of(mapping: &[FieldColumn]) -> ImportForm {
    ImportForm {
        source: "Old shop".to_owned(),
        mapping: mapping.to_vec(),
        minor_units: false,
        currency: "EUR".to_owned(),
        days: DayOrder::DayFirst,
        buyer: String::new(),
        template_id: None,
        vat: Vat::SinglePurpose { rate_basis_points: 2_000 },
    }
}

fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

fn words() -> RefusedWords {
    let faults = ["required", "not_a_date", "twice"].map(|code| FaultWord { code: code.to_owned(), word: format!("<{code} {{limit}}>") });
    let (title, line, reason) = ("Refused".to_owned(), "Line".to_owned(), "Reason".to_owned());
    RefusedWords { title, line, reason, fields: Vec::new(), faults: faults.to_vec(), language: PaperLanguage::En }
}

impl Till {
    async fn open(&self, path: &Path) -> SheetView {
        self.seat().open_sheet(path, SheetUse::Import).await.unwrap()
    }

    fn all_lines(&self, only_refused: bool) -> Vec<SheetLine> {
        let mut lines = Vec::new();
        loop {
            let page = self.seat().sheet_lines(SheetUse::Import, only_refused, lines.len() as u64, 500).unwrap();
            if page.is_empty() {
                return lines;
            }
            lines.extend(page);
        }
    }

    async fn all_sent(&self) {
        for _ in 0..1_200 {
            if self.sync().await.waiting == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("not everything was sent: {:?}", self.seat().status_bar().await);
    }
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
    let file = till.folder.path().join("old-shop.csv");
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
    let (seat, asked, begun) = (till.seat(), form(&view), std::time::Instant::now());
    let running = tokio::spawn(async move { seat.run_import(asked).await });
    let half = good / 2;
    let told = loop {
        if let Some(progress) = till.seat().work_progress().unwrap().filter(|progress| progress.of == good && progress.done >= half.min(1_000)) {
            break progress.done;
        }
        tokio::task::yield_now().await;
    };
    running.abort();
    till.settled().await;
    till.restart().await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(
        till.seat().check_import(form(&view)).await.unwrap_err().code,
        ErrorCode::NoSheet,
        "what was open is gone with the program"
    );
    let view = till.open(&file).await;
    let check = till.seat().check_import(form(&view)).await.unwrap();
    assert!(check.already >= told && check.already + check.good == good, "{told} told, {} there", check.already);
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
    assert_eq!(till.seat().check_import(form_of(&[])).await.unwrap_err().code, ErrorCode::NoSheet, "what is replaced does not come back");
    assert_eq!(till.seat().last_import().unwrap(), Some(done), "but they see how far it came");

    // A table that is still being read when its person goes is not put there behind them.
    let seat = till.seat();
    let file = sample("first-program.csv");
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
    assert_eq!(till.seat().redeem("7c0f7a52-5b3e-4a0c-8d52-0d5f5d1f0009").await.unwrap().answer, AnswerKind::Refused);

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
async fn two_devices_that_import_one_systems_files_taxed_in_two_ways_both_get_in() {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    let taxed = Vat::SinglePurpose { rate_basis_points: 2_000 };
    for (device, code, vat) in [(&one, "A-1", taxed), (&other, "B-1", Vat::MultiPurpose)] {
        device.go_offline().await;
        let path = device.folder.path().join("old.csv");
        std::fs::write(&path, format!("code,title,price,buyer\n{code},Night walk,41.36,Anna\n")).unwrap();
        let asked = ImportForm { vat, ..form(&device.open(&path).await) };
        assert_eq!(device.seat().run_import(asked).await.unwrap().imported, 1);
    }
    for device in [&one, &other] {
        device.come_back().await;
        device.all_sent().await;
        assert_eq!(device.seat().status_bar().await.unwrap().refused, 0);
    }
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 2);
    // Each way of taxing keeps its template, and one that is on sale is used and told of.
    one.sync().await;
    let path = one.folder.path().join("more.csv");
    std::fs::write(&path, "code,title,price,buyer\nC-1,Night walk,41.36,Anna\nC-2,Quantum Cuisine - introductory course,41.36,Bo\n").unwrap();
    let asked = ImportForm { vat: Vat::MultiPurpose, ..form(&one.open(&path).await) };
    let check = one.seat().check_import(asked).await.unwrap();
    let told: Vec<(&str, bool, bool)> = check.templates.iter().map(|row| (row.title.as_str(), row.known, row.other_vat)).collect();
    assert!(told.contains(&("Night walk", true, false)), "{told:?}");
    let on_sale = check.templates.iter().find(|row| row.title.starts_with("Quantum")).unwrap();
    assert_eq!((on_sale.known, on_sale.other_vat), (true, on_sale.vat != Vat::MultiPurpose));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_tills_table_is_read_and_its_refused_lines_come_back_with_reasons() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let view = office.open(&sample("ancienne-caisse.csv")).await;
    assert_eq!(view.form, SheetForm::Windows1252);
    let mapped: Vec<SheetField> = view.mapping.iter().map(|column| column.field).collect();
    for field in [
        SheetField::Code,
        SheetField::Title,
        SheetField::Price,
        SheetField::Buyer,
        SheetField::Email,
        SheetField::Status,
        SheetField::SoldOn,
        SheetField::ExpiresOn,
    ] {
        assert!(mapped.contains(&field), "{field:?} in {mapped:?}");
    }
    let check = office.seat().check_import(form(&view)).await.unwrap();
    assert_eq!((check.good, check.refused), (3, 3), "{:?}", office.all_lines(true));
    let lines = office.all_lines(false);
    assert_eq!(
        lines.iter().map(|line| line.state).collect::<Vec<_>>()[..4],
        [LineState::Good, LineState::Good, LineState::Good, LineState::Refused]
    );
    let sold = lines[0].values.iter().find(|value| value.field == SheetField::SoldOn).unwrap();
    assert_eq!(sold.text, "2025-12-03", "days are shown as they were understood");

    let path = office.folder.path().join("refused.csv");
    office.seat().save_refused_lines(SheetUse::Import, words(), &path).await.unwrap();
    let refused = read_table(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(refused.headings[..3], ["Line", "Reason", view.columns[0].heading.as_str()]);
    let told: Vec<(&str, &str)> = refused.rows.iter().map(|row| (row.cells[0].as_str(), row.cells[1].as_str())).collect();
    assert_eq!(told[0], ("5", "<twice 4>"));
    assert!(told[1].1.contains("<required >") && told[1].1.contains("<not_a_date >"), "{told:?}");
    assert_eq!(refused.rows[2].cells[2..5], ["AC-0005", "Atelier perles", "gratuit"]);

    // The mapping is kept for the next table, also where nobody could have guessed it.
    let other = office.folder.path().join("other.csv");
    std::fs::write(&other, "Nom de l'acheteur,Numéro du bon\nAnna,AC-9\n").unwrap();
    let next = office.open(&other).await;
    assert_eq!(next.mapping.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_lines_are_refused_again_until_somebody_mends_them() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let path = office.folder.path().join("round.csv");
    std::fs::write(&path, "code,title,price,buyer,note,reason\n-0001,Tea,free,Anna,x,y\nA-2,Tea\nA-3,Tea,5,Bo,x,y,beyond\n").unwrap();
    for round in 0..3 {
        let view = office.open(&path).await;
        let check = office.seat().check_import(form(&view)).await.unwrap();
        assert_eq!((check.good, check.refused), (0, 3), "round {round}");
        let faults: Vec<FieldErrorCode> = office.all_lines(false).iter().flat_map(|line| line.faults.iter().map(|fault| fault.code)).collect();
        assert_eq!(faults, [FieldErrorCode::NotANumber, FieldErrorCode::CellCount, FieldErrorCode::CellCount]);
        office.seat().save_refused_lines(SheetUse::Import, words(), &path).await.unwrap();
        let headings = read_table(&std::fs::read(&path).unwrap()).unwrap().headings;
        assert_eq!(headings, ["Line", "Reason 2", "code", "title", "price", "buyer", "note", "reason"], "once, in front of the table's own");
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("beyond"), "no cell is lost: {text}");
    std::fs::write(&path, text.replace("free", "5")).unwrap();
    let view = office.open(&path).await;
    let check = office.seat().check_import(form(&view)).await.unwrap();
    assert_eq!((check.good, check.refused), (1, 2));
    let code = office.all_lines(false)[0].values.iter().find(|value| value.field == SheetField::Code).unwrap().text.clone();
    assert_eq!(code, "-0001", "the apostrophe is the file's, and not the code's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_table_that_says_otherwise_of_what_is_here_is_told() {
    let centre = Centre::open().await;
    let office = centre.patient_till("Montmartre", "Bruno").await;
    let path = office.folder.path().join("old.csv");
    let open = async |lines: &str| {
        std::fs::write(&path, format!("code,title,price,buyer,status,expires on\n{lines}")).unwrap();
        form(&office.open(&path).await)
    };
    let monday = "A,Tea,5,Anna,purchased,2090-12-31\nB,Tea,5,Bo,purchased,2090-12-31\nC,Tea,5,Cy,used,\nD,Tea,5,Di,purchased,2090-12-31\n";
    let asked = open(monday).await;
    assert_eq!(office.seat().run_import(asked.clone()).await.unwrap().imported, 4);
    office.all_sent().await;
    assert_eq!(office.seat().redeem("B").await.unwrap().answer, AnswerKind::Confirmed);
    let check = office.seat().check_import(asked).await.unwrap();
    assert_eq!((check.good, check.already, check.refused), (0, 4, 0), "what was used here is no contradiction");

    let friday = "A,Tea,5,Anna,used,2090-12-31\nB,Tea,5,Bo,used,2090-12-31\nC,Tea,6,Cy,used,\nD,Tea,5,Di,purchased,2091-01-31\nE,Tea,5,Eve,,\n";
    let asked = open(friday).await;
    let check = office.seat().check_import(asked.clone()).await.unwrap();
    assert_eq!((check.good, check.already, check.refused), (1, 1, 3));
    let told: Vec<(u64, Option<SheetField>, FieldErrorCode)> =
        office.all_lines(true).iter().flat_map(|line| line.faults.iter().map(|fault| (line.line, fault.field, fault.code))).collect();
    let otherwise = FieldErrorCode::HereOtherwise;
    assert_eq!(told, [
        (2, Some(SheetField::Status), otherwise),
        (4, Some(SheetField::Price), otherwise),
        (5, Some(SheetField::ExpiresOn), otherwise)
    ]);
    assert_eq!(office.seat().run_import(asked).await.unwrap().imported, 1, "and the good lines are taken over");
    assert_eq!(office.status_of("A").await, Status::Purchased, "nothing is changed by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_stands_twice_is_found_however_lines_end() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let path = office.folder.path().join("old-mac.csv");
    std::fs::write(&path, "code,title,price,buyer,note\rA,T,5,Anna,\"x\ny\"\rB,T,5,Bo,\rB,T,5,Bo,\r").unwrap();
    let view = office.open(&path).await;
    let check = office.seat().check_import(form(&view)).await.unwrap();
    assert_eq!((check.good, check.refused, check.faults[0].fault.code), (2, 1, FieldErrorCode::Twice));
    let lines = office.all_lines(false);
    assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [2, 4, 5]);
    assert_eq!(lines[2].faults[0].limit, Some(4), "where it stood first");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_says_why_and_changes_nothing() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let open = async |bytes: &[u8]| {
        let path = office.folder.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        office.seat().open_sheet(&path, SheetUse::Import).await.map_err(|error| error.code)
    };
    assert_eq!(open(b"").await, Err(ErrorCode::SheetEmpty));
    assert_eq!(open(b"code,title\n").await, Err(ErrorCode::SheetOnlyHeadings));
    assert_eq!(open(b"code,code\n1,2\n").await, Err(ErrorCode::SameHeading));
    assert_eq!(open(b"\x00\x01\x02").await, Err(ErrorCode::NotASheet));
    assert_eq!(open(b"PK\x03\x04 and no more").await, Err(ErrorCode::DamagedWorkbook));
    // Larger than may be read: no more than the bound is read of it, whatever its size.
    let large = office.folder.path().join("large.csv");
    std::fs::File::create(&large).unwrap().set_len(200 * 1024 * 1024).unwrap();
    let error = office.seat().open_sheet(&large, SheetUse::Import).await.unwrap_err();
    assert_eq!((error.code, error.params["most"].as_str()), (ErrorCode::SheetTooLarge, "64"));
    assert_eq!(
        office.seat().open_sheet(Path::new("/nowhere/at/all.csv"), SheetUse::Import).await.unwrap_err().code,
        ErrorCode::DiskFailed
    );

    let view = open(b"code,title,price,buyer\nA,Beads,5,Anna\n").await.unwrap();
    let unmapped = office.seat().check_import(ImportForm { mapping: Vec::new(), ..form(&view) }).await.unwrap_err();
    assert_eq!((unmapped.code, unmapped.fields[0].field.as_str()), (ErrorCode::InvalidInput, "mapping.code"));
    let nameless = office.seat().check_import(ImportForm { source: " ".to_owned(), ..form(&view) }).await.unwrap_err();
    assert_eq!(nameless.fields[0].field, "source");
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 0);
}
