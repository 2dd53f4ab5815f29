//! Many vouchers at once: wholly or not at all, listed for good, and written into files.

#![expect(clippy::print_stdout, reason = "the figures are what somebody runs the long form for")]

use std::path::Path;

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::{
    ErrorCode,
    error::FieldErrorCode,
    view::{
        BatchFileForm, BatchFormat, BatchRow, BatchWords, DayOrder, ImportCheck, ImportForm, IssueForm, LineState, PaperLanguage, SheetField, SheetUse,
        SheetView, SortKey, StatusWord, VoucherFilters, VoucherQuery, VoucherSelection,
    },
};
use beadsbox_documents::read_table;
use beadsbox_domain::{Payment, Status, Vat};

/// `BEADSBOX_ISSUE_VOUCHERS=10000` is the long form.
fn vouchers() -> u32 {
    std::env::var("BEADSBOX_ISSUE_VOUCHERS").ok().and_then(|text| text.parse().ok()).unwrap_or(600)
}

impl Till {
    async fn for_one(&self, name: &str, number: u32) -> IssueForm {
        let card = self.seat().issue_choices().await.unwrap().templates.into_iter().min_by_key(|card| card.price.minor).unwrap();
        IssueForm {
            template_id: card.id,
            name: name.to_owned(),
            number: Some(number),
            buyer: "Dupont & fils".to_owned(),
            email: "achats@example.org".to_owned(),
            mail: None,
            mapping: Vec::new(),
            payment: Payment::Other,
        }
    }

    async fn issue(&self, form: IssueForm) -> BatchRow {
        let check = self.seat().check_issue(form.clone()).await.unwrap();
        self.seat().issue_batch(form, &check.batch_id).await.unwrap()
    }
}

fn file(batch: &BatchRow, format: BatchFormat) -> BatchFileForm {
    let word = |text: &str| text.to_owned();
    let words = BatchWords {
        code: word("Code"),
        title: word("Title"),
        buyer: word("Buyer"),
        email: word("E-mail"),
        recipient: word("Recipient"),
        message: word("Message"),
        price: word("Price"),
        expires_on: word("Valid until"),
        status: word("Status"),
        qr: word("QR"),
        statuses: [Status::Purchased, Status::Used].map(|status| StatusWord { status, word: status.name().to_owned() }).to_vec(),
    };
    BatchFileForm { batch_id: batch.id.clone(), format, title: batch.name.clone(), words, with_price: true, language: PaperLanguage::En }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_issued_once_however_often_it_is_confirmed() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    till.go_offline().await;
    let form = till.for_one("Christmas", vouchers()).await;
    let check = till.seat().check_issue(form.clone()).await.unwrap();
    assert_eq!((check.good, check.refused, check.same_name), (u64::from(vouchers()), 0, None));
    assert_eq!(check.total.minor, check.price.minor * i64::from(vouchers()));
    assert_eq!(till.seat().batches().await.unwrap(), [], "nothing is issued before it is confirmed");

    let begun = std::time::Instant::now();
    let batch = till.seat().issue_batch(form.clone(), &check.batch_id).await.unwrap();
    println!("{} vouchers issued in {:?}", vouchers(), begun.elapsed());
    assert_eq!((batch.vouchers, batch.waiting, batch.used), (u64::from(vouchers()), u64::from(vouchers()), 0));
    // The answer never reached the page, and somebody presses again.
    assert_eq!(till.seat().issue_batch(form.clone(), &check.batch_id).await.unwrap(), batch);
    let again = till.seat().check_issue(form).await.unwrap();
    assert_eq!(again.same_name, Some(batch.clone()), "a new one of that name is told of the old one");

    till.come_back().await;
    till.until("sent", |status| status.waiting == 0).await;
    till.sync().await;
    let confirmed = till.seat().batches().await.unwrap();
    assert_eq!((confirmed.len(), confirmed[0].vouchers, confirmed[0].waiting), (1, u64::from(vouchers()), 0));
    assert_eq!((&confirmed[0].issued_by, &confirmed[0].shop), (&"Bruno".to_owned(), &"Montmartre".to_owned()));
    assert_eq!(centre.count("SELECT count(*) FROM voucher WHERE marks #>> '{batch,name}' = 'Christmas'").await, i64::from(vouchers()));
    assert_eq!(till.seat().status_bar().await.unwrap().refused, 0);

    // Everywhere else it is there as well, with what became of its vouchers.
    let other = centre.patient_till("Marais", "Ada").await;
    let path = other.folder.path().join("codes.csv");
    other.seat().save_batch(file(&confirmed[0], BatchFormat::Csv), &path).await.unwrap();
    let code = read_table(&std::fs::read(&path).unwrap()).unwrap().rows[0].cells[0].clone();
    other.seat().redeem(&code).await.unwrap();
    assert_eq!(other.seat().batches().await.unwrap()[0].used, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_lists_a_batch_and_nothing_else() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let christmas = till.issue(till.for_one("Christmas", 20).await).await;
    let easter = till.issue(till.for_one("Easter", 5).await).await;
    let of = |batch: &[&BatchRow]| VoucherFilters { batch: batch.iter().map(|row| row.id.clone()).collect(), ..VoucherFilters::default() };
    let page = async |filters: VoucherFilters| {
        let query = VoucherQuery { search: String::new(), filters, sort: SortKey::Code, descending: false, after: None, limit: 10 };
        till.seat().voucher_page(query).await
    };
    // While they wait to be sent, and after it.
    for _ in 0..2 {
        let of_one = page(of(&[&christmas])).await.unwrap();
        assert_eq!((of_one.rows.len(), of_one.total), (10, Some(20)));
        assert_eq!(page(of(&[&christmas, &easter])).await.unwrap().total, Some(25));
        let one = page(of(&[&easter])).await.unwrap().rows[0].id.clone();
        let all_but_one = VoucherSelection::Matching { search: String::new(), filters: Box::new(of(&[&easter])), except: vec![one] };
        assert_eq!(till.seat().selection_sums(all_but_one).await.unwrap().unwrap().vouchers, 4);
        till.until("sent", |status| status.waiting == 0).await;
        till.sync().await;
    }
    let named: Vec<_> = till.seat().filter_choices().await.unwrap().batches.into_iter().map(|batch| (batch.id, batch.name)).collect();
    assert_eq!(named, [(easter.id, "Easter".to_owned()), (christmas.id, "Christmas".to_owned())], "the newest first");
    let nothing = VoucherFilters { batch: vec!["Christmas".to_owned()], ..VoucherFilters::default() };
    assert_eq!(page(nothing).await.unwrap_err().fields[0].field, "batch", "what is no batch does not make the list longer");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_program_wrote_is_not_taken_over_as_another_systems() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let batch = till.issue(till.for_one("Christmas", 3).await).await;
    let path = till.folder.path().join("christmas.csv");
    till.seat().save_batch(file(&batch, BatchFormat::Csv), &path).await.unwrap();
    let import = |view: SheetView| ImportForm {
        source: "Old shop".to_owned(),
        mapping: view.mapping,
        minor_units: false,
        currency: "EUR".to_owned(),
        days: DayOrder::DayFirst,
        buyer: String::new(),
        template_id: None,
        vat: Vat::MultiPurpose,
    };
    let taken = |check: ImportCheck| {
        assert!(check.faults.iter().all(|count| count.fault.code == FieldErrorCode::CodeTaken), "{:?}", check.faults);
        (check.good, check.refused)
    };
    let form = import(till.seat().open_sheet(&path, SheetUse::Import).await.unwrap());
    assert_eq!(taken(till.seat().check_import(form.clone()).await.unwrap()), (0, 3), "while they wait");
    till.until("sent", |status| status.waiting == 0).await;
    till.sync().await;
    assert_eq!(taken(till.seat().check_import(form).await.unwrap()), (0, 3), "once they are there");

    // A device that has not heard of them takes the lines for good ones; the server does not.
    let late = centre.till("Marais", "Ada").await;
    late.go_offline().await;
    let batch = till.issue(till.for_one("Easter", 2).await).await;
    let path = till.folder.path().join("easter.csv");
    till.seat().save_batch(file(&batch, BatchFormat::Csv), &path).await.unwrap();
    till.until("sent", |status| status.waiting == 0).await;
    let form = import(late.seat().open_sheet(&path, SheetUse::Import).await.unwrap());
    assert_eq!(late.seat().run_import(form).await.unwrap().imported, 2);
    late.come_back().await;
    late.until("sent", |status| status.waiting == 0).await;
    assert_eq!(late.seat().status_bar().await.unwrap().refused, 2);
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_or_killed_in_the_middle_it_leaves_none_or_all() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Bruno").await;
    till.go_offline().await;
    let form = till.for_one("Easter", vouchers()).await;
    for kill in [false, true] {
        let check = till.seat().check_issue(form.clone()).await.unwrap();
        let (seat, asked, id) = (till.seat(), form.clone(), check.batch_id.clone());
        let issuing = tokio::spawn(async move { seat.issue_batch(asked, &id).await });
        let begun = async || {
            while !issuing.is_finished() && till.seat().work_progress().unwrap().is_none_or(|progress| progress.done < 5) {
                tokio::task::yield_now().await;
            }
        };
        begun().await;
        if kill {
            issuing.abort();
            till.settled().await;
            till.restart().await;
            till.sign_in("Bruno", PASSWORD).await.unwrap();
        } else {
            till.seat().stop_work().unwrap();
            let ended = issuing.await.unwrap();
            assert!(ended.as_ref().is_err_and(|error| error.code == ErrorCode::Stopped) || ended.is_ok(), "{ended:?}");
        }
        let batches = till.seat().batches().await.unwrap();
        let there = batches.iter().find(|batch| batch.id == check.batch_id).map_or(0, |batch| batch.vouchers);
        assert!([0, u64::from(vouchers())].contains(&there), "{there} of {}", vouchers());
        let waiting = till.seat().status_bar().await.unwrap().waiting;
        assert_eq!(waiting, batches.iter().map(|batch| batch.vouchers).sum::<u64>(), "what is not listed is not there");
        // Pressed once more, it is there wholly, and once.
        let batch = till.seat().issue_batch(form.clone(), &check.batch_id).await.unwrap();
        assert_eq!(batch.vouchers, u64::from(vouchers()));
    }
    assert_eq!(till.seat().batches().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_out_of_a_table_are_looked_at_line_by_line() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/recipients.csv");
    let view = till.seat().open_sheet(&sample, SheetUse::Issue).await.unwrap();
    let mapped: Vec<SheetField> = view.mapping.iter().map(|column| column.field).collect();
    assert_eq!(mapped, [SheetField::Buyer, SheetField::Email, SheetField::Recipient, SheetField::Message]);
    let form = IssueForm { number: None, mapping: view.mapping, ..till.for_one("Guests", 1).await };
    let check = till.seat().check_issue(form.clone()).await.unwrap();
    assert_eq!((check.lines, check.good, check.refused), (6, 3, 3));
    let refused = till.seat().sheet_lines(SheetUse::Issue, true, 0, 10).unwrap();
    let faults: Vec<_> = refused.iter().map(|line| (line.line, line.state, line.faults[0].field, line.faults[0].code)).collect();
    assert_eq!(
        faults,
        [
            (4, LineState::Refused, Some(SheetField::Buyer), FieldErrorCode::Required),
            (5, LineState::Refused, Some(SheetField::Email), FieldErrorCode::NotAnEmail),
            (7, LineState::Refused, Some(SheetField::Buyer), FieldErrorCode::TooLong),
        ]
    );
    let batch = till.issue(form.clone()).await;
    assert_eq!(batch.vouchers, 3);
    // In the order of the lines, and nothing that somebody wrote is a formula in the file.
    let path = till.folder.path().join("batch.csv");
    let saved = till.seat().save_batch(file(&batch, BatchFormat::Csv), &path).await.unwrap();
    assert_eq!((saved.rows, saved.name.as_str()), (3, "batch.csv"));
    let table = read_table(&std::fs::read(&path).unwrap()).unwrap();
    let buyers: Vec<&str> = table.rows.iter().map(|row| row.cells[2].as_str()).collect();
    assert_eq!(buyers, ["Anna Berg", "Bert Klein", "=cmd|' /C calc'!A0"], "as it was typed, for a program that reads it");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(",'=cmd|'") && !text.contains(",=cmd|'"), "and guarded in the file: {text}");
    let xlsx = till.folder.path().join("batch.xlsx");
    till.seat().save_batch(file(&batch, BatchFormat::Xlsx), &xlsx).await.unwrap();
    assert_eq!(read_table(&std::fs::read(&xlsx).unwrap()).unwrap().rows.len(), 3);

    // Whoever signs out leaves no names behind.
    till.program.sign_out();
    till.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(till.seat().check_issue(form).await.unwrap_err().code, ErrorCode::NoSheet);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pdf_has_every_voucher_that_can_still_be_used() {
    let centre = Centre::open().await;
    let till = centre.patient_till("Montmartre", "Bruno").await;
    let form = till.for_one("Gifts", 4).await;
    let batch = till.issue(form).await;
    let path = till.folder.path().join("codes.csv");
    till.seat().save_batch(file(&batch, BatchFormat::Csv), &path).await.unwrap();
    let table = read_table(&std::fs::read(&path).unwrap()).unwrap();
    till.seat().redeem(&table.rows[1].cells[0]).await.unwrap();
    let pdf = till.folder.path().join("gifts.pdf");
    let saved = till.seat().save_batch(file(&batch, BatchFormat::Pdf), &pdf).await.unwrap();
    assert_eq!(saved.rows, 3, "the used one is left out");
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    let again = till.folder.path().join("again.csv");
    till.seat().save_batch(file(&batch, BatchFormat::Csv), &again).await.unwrap();
    let table = read_table(&std::fs::read(&again).unwrap()).unwrap();
    let signed: Vec<bool> = table.rows.iter().map(|row| row.cells.last().unwrap().starts_with("MBB1:")).collect();
    assert_eq!(signed, [true, false, true, true], "no fresh signature on what was used");
    assert_eq!(
        till.seat().save_batch(file(&batch, BatchFormat::Pdf), Path::new("/nowhere/at/all.pdf")).await.unwrap_err().code,
        ErrorCode::DiskFailed
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_cannot_be_says_where() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let form = till.for_one("", 10_001).await;
    let error = till.seat().check_issue(IssueForm { buyer: " ".to_owned(), email: "x".to_owned(), ..form }).await.unwrap_err();
    let fields: Vec<(&str, FieldErrorCode)> = error.fields.iter().map(|field| (field.field.as_str(), field.code)).collect();
    assert_eq!(
        fields,
        [
            ("name", FieldErrorCode::Required),
            ("buyer", FieldErrorCode::Required),
            ("email", FieldErrorCode::NotAnEmail),
            ("number", FieldErrorCode::TooLarge)
        ]
    );
    // A template that was edited between the look and the word is not issued at what it says by now.
    let form = till.for_one("Edited", 2).await;
    let check = till.seat().check_issue(form.clone()).await.unwrap();
    till.seat().archive_template(&form.template_id, true).await.unwrap();
    assert_eq!(till.seat().issue_batch(form, &check.batch_id).await.unwrap_err().code, ErrorCode::UnknownTemplate);
    assert_eq!(till.seat().batches().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_there_is_answered_as_it_is_whatever_became_of_its_template() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let form = till.for_one("Answer lost", 2).await;
    let check = till.seat().check_issue(form.clone()).await.unwrap();
    let batch = till.seat().issue_batch(form.clone(), &check.batch_id).await.unwrap();
    till.seat().archive_template(&form.template_id, true).await.unwrap();
    let again = till.seat().issue_batch(form, &check.batch_id).await.unwrap();
    assert_eq!((again.id, again.vouchers), (batch.id, 2));
}
