//! Many vouchers at once: chosen, added up, acted on, and written into tables.

use std::{collections::BTreeMap, time::Duration};

use crate::stage::{Centre, PASSWORD, Till, link::Wire, tables::table, victim::Victim};
use beadsbox_app::{
    ErrorCode, Seat,
    view::{
        BulkForm, BulkPhase, BulkReasonForm, BulkResult, BulkView, BulkWords, FoundBy, ListOrder, PaperLanguage, RefusalView, SaleForm, SignInForm, SortKey,
        TableFormat, VoucherAction, VoucherFilters, VoucherPage, VoucherQuery, VoucherSelection,
    },
};
use beadsbox_domain::Status;

const ORDER: ListOrder = ListOrder { sort: SortKey::Code, descending: false };

fn all() -> VoucherSelection {
    matching(VoucherFilters::default(), &[])
}

fn matching(filters: VoucherFilters, except: &[&str]) -> VoucherSelection {
    VoucherSelection::Matching { search: String::new(), filters: Box::new(filters), except: except.iter().map(|id| (*id).to_owned()).collect() }
}

fn form(action: VoucherAction, selection: VoucherSelection) -> BulkForm {
    BulkForm { selection, order: ORDER, action }
}

fn because(reason: &str) -> BulkReasonForm {
    BulkReasonForm { reason: reason.to_owned(), payment: None, expires_on: None }
}

fn purchased() -> VoucherSelection {
    matching(VoucherFilters { status: vec![Status::Purchased], ..VoucherFilters::default() }, &[])
}

async fn bulk_at(seat: &Seat, phases: &[BulkPhase]) -> BulkView {
    for _ in 0..2000 {
        let view = seat.bulk_state().unwrap().unwrap();
        if phases.contains(&view.phase) {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never {phases:?}: {:?}", seat.bulk_state());
}

impl Till {
    async fn bulk(&self, phases: &[BulkPhase]) -> BulkView {
        bulk_at(&self.seat(), phases).await
    }

    async fn statuses(&self) -> BTreeMap<String, Status> {
        let page = self.page("").await;
        assert_eq!(page.next, None, "more than one page");
        page.rows.into_iter().map(|row| (row.code, row.status)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_for_many_is_looked_at_first_and_has_a_result_for_each() {
    let centre = Centre::open().await;
    centre.fill(400).await;
    let till = centre.till("Montmartre", "Bruno").await;
    let before = till.statuses().await;
    let (spared, chosen) = (till.page("").await.rows[3].clone(), before.len() as u64 - 1);
    let view = till.seat().begin_bulk(form(VoucherAction::Cancel, matching(VoucherFilters::default(), &[&spared.id]))).await.unwrap();
    assert!(view.needs_reason && view.r#final);
    let ready = till.bulk(&[BulkPhase::Ready]).await;
    let purchased = before.iter().filter(|(code, status)| **status == Status::Purchased && **code != spared.code).count() as u64;
    assert_eq!((ready.chosen, ready.allowed, ready.refused, ready.recorded), (chosen, purchased, chosen - purchased, 0));
    assert_eq!(ready.reasons.iter().map(|reason| reason.vouchers).sum::<u64>(), ready.refused);
    assert!(ready.reasons.len() >= 3, "one reason for each status: {:?}", ready.reasons);
    assert!(ready.reasons.iter().all(|reason| matches!(reason.refusal, RefusalView::StatusIs { .. })));
    assert_eq!(till.statuses().await, before, "looking does nothing");

    assert_eq!(till.seat().run_bulk(because("  ")).await.unwrap_err().code, ErrorCode::NeedsReason);
    till.seat().run_bulk(because("closed shop")).await.unwrap();
    let ended = till.bulk(&[BulkPhase::Ended]).await;
    assert_eq!((ended.recorded, ended.refused, ended.left, &ended.error), (purchased, chosen - purchased, 0, &None));
    assert_eq!(till.seat().run_bulk(because("again")).await.unwrap_err().code, ErrorCode::WorkRunning, "it runs once");

    let after = till.statuses().await;
    let rows = till.seat().bulk_rows(0, 500).unwrap();
    assert_eq!(rows.len() as u64, chosen);
    assert!(rows.windows(2).all(|pair| pair[0].code < pair[1].code), "in the order of the list");
    for row in &rows {
        let (was, is) = (before[&row.code], after[&row.code]);
        match row.result {
            BulkResult::Recorded => assert_eq!((was, is), (Status::Purchased, Status::Cancelled)),
            BulkResult::Refused => assert!(was == is && was != Status::Purchased),
            BulkResult::Left => panic!("{row:?}"),
        }
    }
    assert_eq!(till.seat().bulk_rows(chosen - 2, 500).unwrap(), rows[rows.len() - 2..]);
    assert_eq!(after[&spared.code], before[&spared.code]);

    let status = till.sync().await;
    assert_eq!(status.refused, 0);
    let cancelled = after.values().filter(|status| **status == Status::Cancelled).count();
    assert_eq!(centre.count("SELECT count(*) FROM voucher WHERE status = 'cancelled'").await, i64::try_from(cancelled).unwrap());
    till.seat().close_bulk().unwrap();
    assert_eq!(till.seat().bulk_state().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_loses_nothing_that_was_told_and_begun_again_it_repeats_nothing() {
    let centre = Centre::open().await;
    centre.fill(900).await;
    let mut till = centre.till("Montmartre", "Bruno").await;
    till.go_offline().await;
    till.seat().begin_bulk(form(VoucherAction::Cancel, purchased())).await.unwrap();
    let all = till.bulk(&[BulkPhase::Ready]).await.allowed;
    let told = till.outlive("many::a_process_that_cancels_many", 1).await;
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(till.seat().bulk_state().unwrap(), None);
    let waiting = till.seat().status_bar().await.unwrap().waiting;
    assert!(waiting >= told && waiting <= all, "{told} told, {waiting} recorded");

    till.seat().begin_bulk(form(VoucherAction::Cancel, purchased())).await.unwrap();
    assert_eq!(till.bulk(&[BulkPhase::Ready]).await.allowed, all - waiting, "the others were done before");
    till.seat().run_bulk(because("closed shop")).await.unwrap();
    assert_eq!(till.bulk(&[BulkPhase::Ended]).await.recorded, all - waiting);
    till.come_back().await;
    assert_eq!(till.seat().status_bar().await.unwrap().refused, 0, "no voucher was cancelled twice");
    assert_eq!(centre.count("SELECT count(*) FROM voucher WHERE status = 'purchased'").await, 0);
}

/// What the test above kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it works until it is killed"]
async fn a_process_that_cancels_many() {
    let Some(victim) = Victim::begin("Bruno").await else { return };
    victim.seat().begin_bulk(form(VoucherAction::Cancel, purchased())).await.unwrap();
    bulk_at(&victim.seat(), &[BulkPhase::Ready]).await;
    victim.seat().run_bulk(because("closed shop")).await.unwrap();
    victim.tell(|seat| seat.bulk_state().unwrap().map_or(0, |view| view.recorded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_leaves_the_rest_and_says_so() {
    let centre = Centre::open().await;
    centre.fill(900).await;
    let till = centre.till("Montmartre", "Bruno").await;
    till.seat().begin_bulk(form(VoucherAction::Cancel, all())).await.unwrap();
    let ready = till.bulk(&[BulkPhase::Ready]).await;
    till.seat().run_bulk(because("closed shop")).await.unwrap();
    till.seat().stop_bulk().unwrap();
    let ended = till.bulk(&[BulkPhase::Ended]).await;
    assert_eq!(ended.recorded + ended.left, ready.allowed);
    let left = till.seat().bulk_rows(0, 500).unwrap().into_iter().find(|row| row.result == BulkResult::Left);
    if let Some(left) = left {
        assert_eq!(till.status_of(&left.code).await, Status::Purchased);
    }
    // Somebody else begins anew, and nobody sees what another one did.
    till.program.sign_out();
    till.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(till.seat().bulk_state().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_on_in_the_name_of_whoever_was_replaced() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Marais", "Ada").await, centre.patient_till("Montmartre", "Bruno").await);
    let carla = till.program.people().await.unwrap().into_iter().find(|person| person.name == "Carla").unwrap().id;
    let badge = office.seat().create_badge(&carla).await.unwrap().qr.text;
    let ids = [till.sell("One").await, till.sell("Two").await, till.sell("Three").await].map(|sold| sold.voucher_id).to_vec();
    till.sync().await;
    let these = || form(VoucherAction::Redeem, VoucherSelection::These { ids: ids.clone() });
    till.seat().begin_bulk(these()).await.unwrap();
    till.bulk(&[BulkPhase::Ready]).await;
    // The first is asked of a server whose answer is lost: there it stands while somebody else takes the till.
    till.link.set(Wire::RepliesLost);
    till.seat().run_bulk(because("")).await.unwrap();
    assert_eq!(till.program.switch_by_badge(&badge).await.unwrap().name, "Carla");
    till.go_offline().await;
    till.come_back().await;

    let ada = || SignInForm::new("Ada", PASSWORD);
    till.program.unlock(ada()).await.unwrap();
    till.seat().begin_bulk(these()).await.unwrap();
    let ready = till.bulk(&[BulkPhase::Ready]).await;
    assert!(ready.allowed >= 2, "at most the one that was being asked for is redeemed: {ready:?}");
    let bruno = SignInForm::new("Bruno", PASSWORD);
    till.program.unlock(bruno).await.unwrap();
    assert_eq!(till.seat().bulk_state().unwrap(), None);
    till.program.unlock(ada()).await.unwrap();
    assert_eq!(till.seat().bulk_state().unwrap(), None, "what was replaced does not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_lets_go_of_what_nobody_confirmed_and_keeps_the_results_of_the_rest() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    till.sell("One").await;
    let open = async || till.program.unlock(SignInForm::new("Bruno", PASSWORD)).await.unwrap();
    till.seat().begin_bulk(form(VoucherAction::Cancel, all())).await.unwrap();
    till.program.lock();
    open().await;
    assert_eq!(till.seat().bulk_state().unwrap(), None);
    till.seat().begin_bulk(form(VoucherAction::Cancel, all())).await.unwrap();
    till.bulk(&[BulkPhase::Ready]).await;
    till.seat().run_bulk(because("closed shop")).await.unwrap();
    till.program.lock();
    open().await;
    assert_eq!(till.bulk(&[BulkPhase::Ended]).await.recorded, 1, "it went on behind the lock, and says what became of it");
    assert_eq!(till.seat().bulk_rows(0, 10).unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_go_back_as_they_were_paid_and_redemptions_are_asked_one_by_one() {
    let centre = Centre::open().await;
    let till = centre.patient_till("Montmartre", "Bruno").await;
    let sold: Vec<String> = [till.sell("One").await, till.sell("Two").await, till.sell("Three").await].map(|sold| sold.voucher_id).to_vec();
    let these = |ids: &[String]| VoucherSelection::These { ids: ids.to_vec() };
    let run = async |action, selection| {
        till.seat().begin_bulk(form(action, selection)).await.unwrap();
        till.bulk(&[BulkPhase::Ready]).await;
        till.seat().run_bulk(because("a reason")).await.unwrap();
        till.bulk(&[BulkPhase::Ended]).await
    };
    assert_eq!(run(VoucherAction::Redeem, these(&sold[..1])).await.recorded, 1);
    assert_eq!(run(VoucherAction::Cancel, these(&sold)).await.recorded, 2, "a used one cannot be cancelled");
    let refunded = run(VoucherAction::Refund, these(&sold)).await;
    assert_eq!((refunded.recorded, refunded.refused), (2, 1));
    assert_eq!(run(VoucherAction::UndoRedemption, these(&sold)).await.recorded, 1);
    till.sync().await;
    assert_eq!(centre.count("SELECT count(*) FROM voucher WHERE status = 'refunded'").await, 2);
    assert_eq!(centre.count("SELECT count(*) FROM voucher WHERE status = 'purchased'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_added_up_by_currency() {
    let centre = Centre::open().await;
    centre.fill(300).await;
    let till = centre.till("Montmartre", "Bruno").await;
    let rows = till.page("").await.rows;
    let sum = |left_out: usize| {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        rows.iter().skip(left_out).for_each(|row| *sums.entry(row.price.currency.clone()).or_default() += row.price.minor);
        sums
    };
    let asked = async |selection| {
        let sums = till.seat().selection_sums(selection).await.unwrap().unwrap();
        (sums.vouchers, sums.values.into_iter().map(|value| (value.currency, value.minor)).collect::<BTreeMap<_, _>>())
    };
    assert_eq!(asked(all()).await, (rows.len() as u64, sum(0)));
    let except = matching(VoucherFilters::default(), &[&rows[0].id, &rows[1].id]);
    assert_eq!(asked(except).await, (rows.len() as u64 - 2, sum(2)));
    let these = VoucherSelection::These { ids: rows[2..].iter().map(|row| row.id.clone()).collect() };
    assert_eq!(asked(these).await, (rows.len() as u64 - 2, sum(2)));
    let bad = matching(VoucherFilters { shop: vec!["nowhere".to_owned()], ..VoucherFilters::default() }, &[]);
    assert_eq!(
        till.seat().selection_sums(bad).await.unwrap_err().code,
        ErrorCode::InvalidInput,
        "a filter that cannot be read is not left out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_becomes_a_table_with_its_columns_order_and_words() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    for buyer in ["=HYPERLINK(\"x\")", "Zoé; \"Müller\"", "Anna"] {
        till.sell(buyer).await;
    }
    let rows: Vec<(String, String)> = till.page("").await.rows.into_iter().map(|row| (row.code, row.buyer)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bons.csv");
    let saved = till.seat().save_table(table(all()), TableFormat::Csv, &path).await.unwrap();
    assert_eq!((saved.name.as_str(), saved.rows), ("bons.csv", 3));
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("Acheteur;Code;État;Valeur"), "{}", lines[0]);
    let mut by_code = rows.clone();
    by_code.sort();
    for (line, (code, _)) in lines[1..].iter().zip(&by_code) {
        assert!(line.contains(code) && line.contains("Vendu"), "{line}");
    }
    assert!(text.contains("'=HYPERLINK") && text.contains("\"Zoé; \"\"Müller\"\"\""), "{text}");

    let book = folder.path().join("bons.xlsx");
    till.seat().save_table(table(all()), TableFormat::Xlsx, &book).await.unwrap();
    assert!(std::fs::read(&book).unwrap().starts_with(b"PK"));
    let others = folder.path().join(".bons.csv.part");
    std::fs::write(&others, "somebody else writes this").unwrap();
    till.seat().save_table(table(all()), TableFormat::Csv, &path).await.unwrap();
    assert_eq!(std::fs::read_to_string(&others).unwrap(), "somebody else writes this");
    std::fs::remove_file(&others).unwrap();
    let nowhere = folder.path().join("nowhere").join("bons.csv");
    assert!(till.seat().save_table(table(all()), TableFormat::Csv, &nowhere).await.is_err());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no half file is left: {left:?}");

    let copied = till.seat().copy_table(table(all())).await.unwrap();
    assert_eq!((copied.rows, copied.cut, copied.text.lines().count()), (3, false, 4));
    assert!(copied.html.contains("<td>'=HYPERLINK"), "sheets paste the HTML: {}", copied.html);
    assert!(copied.text.contains("'=HYPERLINK") && copied.html.contains("<td>Zoé; \"Müller\"</td>"), "{}", copied.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_results_of_many_are_saved_in_the_words_of_whoever_reads_them() {
    let centre = Centre::open().await;
    let till = centre.patient_till("Montmartre", "Bruno").await;
    let (one, two) = (till.sell("One").await, till.sell("Two").await);
    till.seat().redeem(&one.code).await.unwrap();
    till.seat().begin_bulk(form(VoucherAction::Cancel, all())).await.unwrap();
    till.bulk(&[BulkPhase::Ready]).await;
    till.seat().run_bulk(because("closed shop")).await.unwrap();
    till.bulk(&[BulkPhase::Ended]).await;
    let word = str::to_owned;
    let words = BulkWords {
        title: word("Results"),
        code: word("Code"),
        result: word("Result"),
        reason: word("Reason"),
        recorded: word("Done"),
        refused: word("Not allowed"),
        left: word("Not begun"),
        reasons: vec![word("Is used")],
        language: PaperLanguage::En,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.csv");
    till.seat().save_bulk_results(words, &path).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(&format!("{},Not allowed,Is used", one.code)) && text.contains(&format!("{},Done,", two.code)), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_finds_by_address_and_forgives_a_mistake() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let form = SaleForm { email: "Margareta@Perles.example".to_owned(), ..till.sale("Margareta Holm", 1).await };
    let sold = till.seat().sell(form).await.unwrap().vouchers.remove(0);
    till.sell("Somebody else").await;
    till.sync().await;
    let find = async |search: &str| -> VoucherPage { till.page(search).await };
    for search in ["margareta@perles", "perles.EXAMPLE", "holm margareta"] {
        let page = find(search).await;
        assert_eq!((page.rows.len(), page.found_by), (1, FoundBy::Question), "{search}");
        assert_eq!(page.rows[0].code, sold.code);
        assert_eq!(page.rows[0].email.as_deref(), Some("Margareta@Perles.example"));
    }
    let near = find("margaretta").await;
    assert_eq!((near.rows.len(), near.found_by), (1, FoundBy::Mistake));
    assert_eq!(find(&sold.code).await.found_by, FoundBy::Code);
    let by_shop = VoucherQuery {
        search: String::new(),
        filters: VoucherFilters { currency: vec!["EUR".to_owned()], expires_within: Some(5000), ..VoucherFilters::default() },
        sort: SortKey::Shop,
        descending: true,
        after: None,
        limit: 10,
    };
    assert_eq!(till.seat().voucher_page(by_shop).await.unwrap().rows.len(), 2);
}
