//! Somebody practises at a till: it looks like the real one, and nothing of it reaches the books or the real files.

use std::fs;

use crate::stage::{Centre, Till, link::Wire};
use beadsbox_app::{
    ErrorCode,
    view::{AnswerKind, CashForm, CloseForm, CountForm, Counted, PaperForm, PaperLanguage, RefusalView, SaveOutboxForm},
};
use beadsbox_domain::{CashMovement, Status};

const OPERATIONS: &str = "SELECT count(*) FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000'";

/// What the real files hold, as far as a person can see.
async fn real(till: &Till) -> (u64, u64, usize) {
    let overview = till.seat().sync_overview().await.unwrap();
    (overview.operations, overview.confirmed, till.page("").await.rows.len())
}

async fn close_the_day(till: &Till) {
    let float = CashForm { movement: CashMovement::Float, currency: "EUR".to_owned(), amount: "100".to_owned(), reason: "to practise".to_owned() };
    till.seat().move_cash(float).await.unwrap();
    let counted = |amount: &str| vec![Counted { currency: "EUR".to_owned(), amount: amount.to_owned() }];
    let count = till.seat().count_day(CountForm { counted: counted("0") }).await.unwrap();
    let expected = &count.drawers[0].expected;
    let amount = format!("{}.{:02}", expected.minor / 100, expected.minor % 100);
    let form = CloseForm {
        counted: counted(&amount),
        through_seq: count.through_seq,
        difference_reason: String::new(),
        unsent_reason: "practising".to_owned(),
        language: PaperLanguage::En,
    };
    till.seat().close_day(form).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_practised_reaches_neither_the_server_nor_the_real_files() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.sell("Real").await;
    till.sync().await;
    let before = (real(&till).await, centre.count(OPERATIONS).await);
    let real_cards = till.seat().sale_choices().await.unwrap().templates.len();

    till.program.enter_training().await.unwrap();
    assert!(till.seat().status_bar().await.unwrap().training);
    assert_eq!(till.seat().sale_choices().await.unwrap().templates.len(), real_cards, "what is on sale is what is really on sale");
    let vouchers = till.seat().training_vouchers().await.unwrap();
    let statuses: Vec<Status> = vouchers.iter().map(|voucher| voucher.status).collect();
    assert_eq!(statuses, [Status::Purchased, Status::Purchased, Status::Purchased, Status::Used, Status::Expired]);
    let sold = till.sell("Trainee").await;
    assert!(sold.code.starts_with("TRA1-N") && sold.qr.text == sold.code.replace('-', ""), "{sold:?}");
    for code in [&sold.qr.text, &vouchers[0].code] {
        assert_eq!(till.seat().redeem(code).await.unwrap().answer, AnswerKind::AcceptedOffline);
    }
    let again = till.seat().redeem(&vouchers[0].code).await.unwrap();
    assert!(matches!(again.refusal, Some(RefusalView::StatusIs { status: Status::Used, .. })), "{again:?}");
    let used = till.seat().redeem(&vouchers[3].code).await.unwrap();
    assert!(matches!(used.refusal, Some(RefusalView::StatusIs { status: Status::Used, .. })), "{used:?}");
    close_the_day(&till).await;
    assert_eq!(till.seat().day_closes(None).await.unwrap().len(), 1);

    till.program.leave_training().await.unwrap();
    assert!(!till.file("training").exists(), "all of it is deleted");
    assert!(!till.seat().status_bar().await.unwrap().training);
    till.sync().await;
    assert_eq!((real(&till).await, centre.count(OPERATIONS).await), before);
    assert!(till.page("Trainee").await.rows.is_empty());
    assert!(till.seat().day_closes(None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_world_refuses_the_others_vouchers_and_says_so() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    let real = till.sell("Real").await;
    till.sync().await;
    till.program.enter_training().await.unwrap();
    let made_up = till.seat().training_vouchers().await.unwrap().remove(0);
    for text in [&real.code, &real.qr.text] {
        let answer = till.seat().redeem(text).await.unwrap();
        assert_eq!((answer.answer, answer.refusal), (AnswerKind::Refused, Some(RefusalView::RealVoucher)), "{text}");
    }
    till.program.leave_training().await.unwrap();
    for text in [&made_up.code, &made_up.qr.text] {
        let answer = till.seat().redeem(text).await.unwrap();
        assert_eq!((answer.answer, answer.refusal), (AnswerKind::Refused, Some(RefusalView::TrainingVoucher)), "{text}");
    }
    assert_eq!(till.status_of(&real.code).await, Status::Purchased);
    assert_eq!(centre.count(OPERATIONS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_really_waits_is_sent_while_somebody_practises() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.go_offline().await;
    till.sell("Really sold").await;
    till.program.enter_training().await.unwrap();
    till.sell("Trainee").await;
    till.link.set(Wire::Whole);
    for _ in 0..400 {
        if centre.count(OPERATIONS).await > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(centre.count(OPERATIONS).await, 1);
    assert!(till.seat().sync_now().await.is_err(), "there is no server in training");
    till.program.leave_training().await.unwrap();
    till.sync().await;
    assert_eq!((centre.count(OPERATIONS).await, till.seat().status_bar().await.unwrap().waiting), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_practises_has_the_till_and_nothing_of_the_office() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.program.enter_training().await.unwrap();
    let (seat, code) = (till.seat(), ErrorCode::RoleNotAllowed);
    assert_eq!(seat.sync_overview().await.unwrap_err().code, code);
    assert_eq!(seat.templates(true).await.unwrap_err().code, code);
    assert_eq!(seat.outbox_files().await.unwrap_err().code, code);
    let form = SaveOutboxForm { folder: std::env::temp_dir().display().to_string(), everything: true };
    assert_eq!(seat.save_outbox(form).await.unwrap_err().code, ErrorCode::InTraining);
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_of_training_go_into_its_folder_and_with_it() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.program.enter_training().await.unwrap();
    let sold = till.sell("Trainee").await;
    let form = PaperForm { voucher_ids: vec![sold.voucher_id], language: PaperLanguage::En, with_price: true };
    let papers = till.seat().voucher_papers(&form).await.unwrap();
    let kept = till.program.keep_papers(&papers).unwrap();
    assert!(kept[0].starts_with(till.file("training")) && kept[0].exists(), "{kept:?}");
    till.program.sign_out();
    till.program.leave_training().await.unwrap();
    assert!(!kept[0].exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_that_was_cut_off_is_gone_at_the_next_start() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    till.program.enter_training().await.unwrap();
    till.sell("Trainee").await;
    // As after a power cut: the folder is there, and nobody has its keys.
    let left = till.file("training").join("outbox.db");
    let bytes = fs::read(&left).unwrap();
    till.restart().await;
    assert!(!left.exists());
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    fs::write(&left, bytes).unwrap();
    till.sign_in("Ada", crate::stage::PASSWORD).await.unwrap();
    till.program.enter_training().await.unwrap();
    assert!(till.seat().recent_redemptions().await.unwrap().is_empty());
    assert_eq!(till.seat().training_vouchers().await.unwrap().len(), 5, "a training of its own, on new files");
    till.program.leave_training().await.unwrap();
    assert_eq!(centre.count(OPERATIONS).await, 0);
}
