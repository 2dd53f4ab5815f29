//! What somebody bought on the shop page says so wherever a person sees it, in both languages: never the server as its seller, nor "other" as its payment.

use crate::stage::{Centre, Till};
use beadsbox_app::view::{HistoryDetail, PaperLanguage, ReportCell, ReportForm, ReportFormat, ReportKind, ReportSplit, VoucherRow, What};
use beadsbox_testkit::{StripeProvider, buy};

/// A back office at a centre whose shop page sold one voucher, and the voucher there.
async fn bought() -> (Centre, StripeProvider, Till, VoucherRow) {
    let provider = StripeProvider::start().await.unwrap();
    let mut centre = Centre::open().await;
    centre.take_cards("Montmartre", &provider).await;
    buy(&format!("http://{}", centre.address), "Odile").await.unwrap();
    let office = centre.patient_till("Montmartre", "Bruno").await;
    let row = office.page("").await.rows.remove(0);
    (centre, provider, office, row)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vouchers_page_and_history_say_the_shop_page() {
    let (_centre, _provider, office, row) = bought().await;
    let detail = office.seat().voucher_detail(&row.id).await.unwrap();
    assert!(detail.row.on_shop_page && detail.sold.on_shop_page);
    let sale = &detail.history[0];
    assert!(sale.what == What::Sold && sale.fact.on_shop_page, "{sale:?}");
    assert!(matches!(sale.detail, Some(HistoryDetail::Paid { online: true, .. })), "{sale:?}");
    // What somebody does with it is theirs.
    office.seat().redeem(&row.code).await.unwrap();
    let detail = office.seat().voucher_detail(&row.id).await.unwrap();
    assert!(detail.history.iter().skip(1).all(|entry| !entry.fact.on_shop_page && !entry.fact.by_server), "{:?}", detail.history);
}

fn report(kind: ReportKind, split: Option<ReportSplit>, day: &str, language: PaperLanguage) -> ReportForm {
    ReportForm { report: kind, from: day.to_owned(), to: day.to_owned(), by: None, split, currency: None, shop: None, template: None, language }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_and_their_files_say_the_shop_page_and_an_online_payment() {
    let (_centre, _provider, office, _) = bought().await;
    office.sell("Blaise").await;
    office.sync().await;
    let day = office.seat().report_choices().await.unwrap().today;
    for (language, seller, payments, server) in [
        (PaperLanguage::En, "Shop page", ["online", "cash"], "the server"),
        (PaperLanguage::Fr, "Page de la boutique", ["en ligne", "espèces"], "le serveur"),
    ] {
        let by_people = report(ReportKind::Activity, Some(ReportSplit::Staff), &day, language);
        let activity = office.seat().report(by_people.clone()).await.unwrap();
        let sellers: Vec<String> = activity.table.rows.iter().filter_map(|row| text(&row[0])).collect();
        assert!(sellers.contains(&seller.to_owned()) && sellers.contains(&"Bruno".to_owned()), "{sellers:?}");
        assert!(activity.charts[0].labels.contains(&seller.to_owned()), "{:?}", activity.charts[0].labels);
        let file = office.seat().report_file(by_people, ReportFormat::Csv).await.unwrap();
        let written = String::from_utf8(file.bytes).unwrap();
        assert!(written.contains(seller) && !written.contains(server), "{written}");
        let accounting = office.seat().report(report(ReportKind::Accounting, None, &day, language)).await.unwrap();
        let paid: Vec<String> = accounting.table.rows.iter().filter_map(|row| text(&row[3])).collect();
        assert!(payments.iter().all(|payment| paid.contains(&(*payment).to_owned())), "told apart: {paid:?}");
    }
}

fn text(cell: &ReportCell) -> Option<String> {
    if let ReportCell::Text { text } = cell { Some(text.clone()) } else { None }
}
