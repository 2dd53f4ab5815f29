//! Reports in the program: real files, a real server, a wire that can be cut.

use std::io::Read as _;

use crate::stage::{Centre, Till};
use beadsbox_app::{
    ErrorCode, ReportFile,
    view::{PaperLanguage, ReportCell, ReportForm, ReportFormat, ReportGrain, ReportKind, ReportSplit, ReportView},
};

const KINDS: [ReportKind; 6] = [ReportKind::Liability, ReportKind::Activity, ReportKind::Ageing, ReportKind::Breakage, ReportKind::Vat, ReportKind::Accounting];

fn form(report: ReportKind, today: &str, language: PaperLanguage) -> ReportForm {
    let (from, to) = (today.to_owned(), today.to_owned());
    ReportForm { report, from, to, by: None, split: None, currency: None, shop: None, template: None, language }
}

async fn today(till: &Till) -> String {
    till.seat().report_choices().await.unwrap().today
}

/// The cell of the first row under that heading, as money.
fn money(report: &ReportView, heading: &str) -> i64 {
    let place = report.table.columns.iter().position(|column| column.heading == heading).unwrap();
    match &report.table.rows[0][place] {
        ReportCell::Money { money } => money.minor,
        other => panic!("no money: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_its_words_its_chart_and_its_files() {
    let centre = Centre::open().await;
    let till = centre.patient_till("Montmartre", "Bruno").await;
    let (price, code) = (till.sell("Blaise").await.price.minor, till.sell("Émilie").await.code);
    till.sync().await;
    till.seat().redeem(&code).await.unwrap();
    till.sync().await;
    let today = today(&till).await;

    let report = till.seat().report(form(ReportKind::Liability, &today, PaperLanguage::En)).await.unwrap();
    assert_eq!(
        (money(&report, "Opening"), money(&report, "Sold"), money(&report, "Redeemed"), money(&report, "Closing")),
        (0, 2 * price, -price, price)
    );
    assert_eq!(report.table.rows[0][0], ReportCell::Text { text: "Montmartre".to_owned() });
    assert_eq!((report.table.sums, report.table.rows.len()), (0, 1), "one row is its own sum");
    assert!(report.table.columns.iter().all(|column| column.heading != "Extended"), "nothing was extended");
    // Its chart says the same.
    let values = &report.charts[0].series[0].values;
    assert_eq!((values.first(), values.last(), values.iter().rev().skip(1).sum::<i64>()), (Some(&0), Some(&price), price));

    let french = till.seat().report(form(ReportKind::Liability, &today, PaperLanguage::Fr)).await.unwrap();
    assert_eq!((french.title.as_str(), money(&french, "Clôture")), ("Engagements", price));

    let by_template = ReportForm { split: Some(ReportSplit::Template), by: Some(ReportGrain::Month), ..form(ReportKind::Activity, &today, PaperLanguage::En) };
    let activity = till.seat().report(by_template).await.unwrap();
    assert_eq!((money(&activity, "Value sold"), money(&activity, "Value redeemed")), (2 * price, price));
    assert_eq!(activity.charts[0].labels.len(), 1);

    for kind in KINDS {
        let form = form(kind, &today, PaperLanguage::Fr);
        let csv = till.seat().report_file(form.clone(), ReportFormat::Csv).await.unwrap();
        assert!(csv.bytes.starts_with("\u{feff}".as_bytes()) && csv.name.ends_with(&format!("-{today}-{today}.csv")), "{}", csv.name);
        let text = String::from_utf8(csv.bytes).unwrap();
        assert!(text.contains(';') && text.contains("EUR"), "{kind:?}: {text}");
        let xlsx = till.seat().report_file(form.clone(), ReportFormat::Xlsx).await.unwrap();
        assert!(xlsx.bytes.starts_with(b"PK"), "{kind:?}");
        let pdf = till.seat().report_file(form, ReportFormat::Pdf).await.unwrap();
        assert!(pdf.bytes.starts_with(b"%PDF"), "{kind:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = till.seat().report_file(form(ReportKind::Accounting, &today, PaperLanguage::En), ReportFormat::Journal).await.unwrap();
    let path = folder.path().join(&journal.name);
    till.seat().save_report(journal, &path).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("\u{feff}Date,Journal,Account,Debit,Credit,Currency,Text,Shop\r\n"), "{text}");
    let side = |place: usize| text.lines().skip(1).filter_map(|line| line.split(',').nth(place)?.replace('.', "").parse::<i64>().ok()).sum::<i64>();
    assert!(side(3) > 0 && side(3) == side(4), "{text}");
}

/// Whoever has the old one open goes on reading the old one, and nobody ever reads half of the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_report_takes_the_place_of_another_one_whole() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vat.csv");
    std::fs::write(&path, "the one before").unwrap();
    let mut before = std::fs::File::open(&path).unwrap();
    let file = |name: &str| ReportFile { name: name.to_owned(), bytes: b"the new one".to_vec() };
    till.seat().save_report(file("vat.csv"), &path).await.unwrap();
    let mut read = String::new();
    before.read_to_string(&mut read).unwrap();
    assert_eq!((read.as_str(), std::fs::read(&path).unwrap().as_slice()), ("the one before", b"the new one".as_slice()));

    std::fs::create_dir_all(folder.path().join("taken").join("by a folder")).unwrap();
    assert!(till.seat().save_report(file("vat.csv"), &folder.path().join("taken")).await.is_err());
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["taken", "vat.csv"], "no half file is left");

    till.sign_in("Carla", crate::stage::PASSWORD).await.unwrap();
    let error = till.seat().save_report(file("vat.csv"), &path).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::RoleNotAllowed, "whoever is there when the place is chosen has to be one who may");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_need_the_server_and_a_role() {
    let centre = Centre::open().await;
    let till = centre.till("Marais", "Bruno").await;
    let today = today(&till).await;
    let backwards = ReportForm { to: "2020-01-01".to_owned(), ..form(ReportKind::Vat, &today, PaperLanguage::En) };
    assert_eq!(till.seat().report(backwards).await.unwrap_err().fields[0].field, "to");
    let empty = till.seat().report(form(ReportKind::Vat, &today, PaperLanguage::En)).await.unwrap();
    assert!(empty.table.rows.is_empty() && empty.charts.is_empty());
    till.go_offline().await;
    let error = till.seat().report(form(ReportKind::Vat, &today, PaperLanguage::En)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Offline);
    till.come_back().await;
    till.sign_in("Carla", crate::stage::PASSWORD).await.unwrap();
    let error = till.seat().report(form(ReportKind::Vat, &today, PaperLanguage::En)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::RoleNotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_the_accounts_of_the_journal() {
    let centre = Centre::open().await;
    let till = centre.till("Marais", "Ada").await;
    let mut form = till.seat().accounts().await.unwrap();
    form.accounts.iter_mut().find(|account| account.name == "cash").unwrap().number = "=1+1".to_owned();
    let error = till.seat().set_accounts(form.clone()).await.unwrap_err();
    assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::InvalidInput, "cash"));
    form.accounts.iter_mut().find(|account| account.name == "cash").unwrap().number = " 5311 ".to_owned();
    let set = till.seat().set_accounts(form.clone()).await.unwrap();
    assert!(set.row_version == form.row_version + 1 && set.accounts.iter().any(|account| account.number == "5311"));
    assert_eq!(till.seat().set_accounts(form).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    till.sell("Blaise").await;
    till.sync().await;
    let today = today(&till).await;
    let journal = till
        .seat()
        .report_file(self::form(ReportKind::Accounting, &today, PaperLanguage::En), ReportFormat::Journal)
        .await
        .unwrap();
    assert!(String::from_utf8(journal.bytes).unwrap().contains(",5311,"));
}
