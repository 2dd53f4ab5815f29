//! What the back office corrects on one voucher, with a real server and a till beside it.

use crate::stage::{Centre, Till};
use beadsbox_app::{
    AppError, ErrorCode,
    view::{ActionForm, AnswerKind, ErasureForm, PaperForm, PaperLanguage, SaveTemplate, TemplateForm, VoucherAction, VoucherDetail, What},
};
use beadsbox_domain::{Payment, Status};

fn form(voucher_id: &str, action: VoucherAction) -> ActionForm {
    let reason = "as the customer asked".to_owned();
    ActionForm { voucher_id: voucher_id.to_owned(), action, reason, payment: None, expires_on: None, template_id: None }
}

async fn detail(till: &Till, id: &str) -> VoucherDetail {
    till.seat().voucher_detail(id).await.unwrap()
}

fn offered(detail: &VoucherDetail) -> Vec<VoucherAction> {
    detail.actions.iter().map(|offer| offer.action).collect()
}

fn faulty(error: &AppError) -> Vec<&str> {
    error.fields.iter().map(|field| field.field.as_str()).collect()
}

fn told(detail: &VoucherDetail) -> Vec<What> {
    detail.history.iter().map(|entry| entry.what).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_voucher_is_issued_again_and_its_paper_is_dead_everywhere() {
    let centre = Centre::open().await;
    let (office, counter) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Carla").await);
    let lost = office.sell("Ada Customer").await;
    office.sync().await;
    counter.sync().await;
    assert!(offered(&detail(&office, &lost.voucher_id).await).contains(&VoucherAction::Reissue));

    let new = office.seat().act_on_voucher(form(&lost.voucher_id, VoucherAction::Reissue)).await.unwrap();
    assert_ne!(new.row.code, lost.code);
    assert_eq!((new.row.status, new.row.waiting), (Status::Purchased, false), "the server has said so");
    assert_eq!((new.row.price.clone(), new.row.expires_on.as_ref()), (lost.price.clone(), lost.expires_on.as_ref()));
    assert_eq!(new.row.buyer, "Ada Customer");
    assert_eq!(new.replaces.as_ref().map(|link| link.id.as_str()), Some(lost.voucher_id.as_str()));
    let old = detail(&office, &lost.voucher_id).await;
    assert_eq!((old.row.status, old.replaced_by.unwrap().code), (Status::Replaced, Some(new.row.code.clone())));
    assert_eq!(told(&detail(&office, &lost.voucher_id).await), [What::Sold, What::Replaced]);
    assert_eq!(told(&new), [What::IssuedInstead]);

    let dead = counter.seat().redeem(&lost.code).await.unwrap();
    assert_eq!(dead.answer, AnswerKind::Refused);
    counter.sync().await;
    assert_eq!(counter.seat().redeem(&new.row.code).await.unwrap().answer, AnswerKind::Confirmed);
    counter.go_offline().await;
    assert_eq!(
        counter.seat().redeem(&lost.code).await.unwrap().answer,
        AnswerKind::Refused,
        "a till that has synced knows it without the server"
    );
}

/// The other till redeemed it, and this one does not know yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_that_was_used_meanwhile_is_not_replaced_and_nothing_is_left_over() {
    let centre = Centre::open().await;
    let (office, counter) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Carla").await);
    let sold = office.sell("Ada Customer").await;
    office.sync().await;
    counter.sync().await;
    office.link.set(crate::stage::link::Wire::Cut);
    counter.seat().redeem(&sold.code).await.unwrap();
    office.link.set(crate::stage::link::Wire::Whole);

    let refused = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Reissue)).await.unwrap_err();
    assert!(matches!(refused.code, ErrorCode::Refused | ErrorCode::Offline), "{refused:?}");
    office.sync().await;
    assert_eq!(office.status_of(&sold.code).await, Status::Used);
    assert_eq!(office.page("Ada Customer").await.rows.len(), 1, "no second voucher");
    assert_eq!(office.seat().status_bar().await.unwrap().refused, 0, "the person was told; no list asks again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_is_paid_by_its_difference() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let sold = office.sell("Ada Customer").await;
    office.sync().await;
    let choices = office.seat().exchange_choices(&sold.voucher_id).await.unwrap();
    let choice = choices.iter().max_by_key(|choice| choice.price.minor).unwrap();
    assert_eq!(choice.difference.minor, choice.price.minor - sold.price.minor);
    assert!(choices.iter().all(|choice| choice.price.minor != sold.price.minor), "not for the same again");

    let nothing = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Exchange)).await.unwrap_err();
    assert_eq!(nothing.code, ErrorCode::UnknownTemplate);
    let exchange =
        ActionForm { template_id: Some(choice.template_id.clone()), payment: Some(Payment::CardTerminal), ..form(&sold.voucher_id, VoucherAction::Exchange) };
    let new = office.seat().act_on_voucher(exchange).await.unwrap();
    assert_eq!(
        (new.row.title.as_str(), new.row.price.minor, new.payment),
        (choice.title.as_str(), choice.price.minor, Payment::CardTerminal)
    );
    assert_eq!(office.status_of(&sold.code).await, Status::Replaced);
}

/// Its last day would be counted by that clock; what stands for a lost voucher has the last day that the lost one had.
#[tokio::test(flavor = "multi_thread")]
async fn by_a_clock_that_is_days_off_nothing_is_exchanged_and_a_lost_voucher_is_issued_again() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let (sold, lost) = (office.sell("Ada Customer").await, office.sell("Ada Customer").await);
    office.sync().await;
    let choices = office.seat().exchange_choices(&sold.voucher_id).await.unwrap();
    let days = jiff::SignedDuration::from_hours(24 * 3);
    office.clock.turn(-days);
    let exchange =
        ActionForm { template_id: Some(choices[0].template_id.clone()), payment: Some(Payment::Cash), ..form(&sold.voucher_id, VoucherAction::Exchange) };
    assert_eq!(office.seat().act_on_voucher(exchange.clone()).await.unwrap_err().code, ErrorCode::ClockWrong);
    assert_eq!(office.status_of(&sold.code).await, Status::Purchased);
    office.seat().act_on_voucher(form(&lost.voucher_id, VoucherAction::Reissue)).await.unwrap();
    assert_eq!(office.status_of(&lost.code).await, Status::Replaced);
    office.clock.turn(days);
    office.seat().act_on_voucher(exchange).await.unwrap();
    assert_eq!(office.status_of(&sold.code).await, Status::Replaced);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_voucher_whose_buyer_was_erased_is_issued_again_to_nobody() {
    let centre = Centre::open().await;
    let (office, admin) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    let lost = office.sell("Ada Customer").await;
    office.sync().await;
    let found = admin.seat().find_personal_data("ada customer".to_owned()).await.unwrap();
    let hashes = found.rows.into_iter().map(|row| row.hash).collect();
    admin.seat().erase_personal_data(ErasureForm { hashes, reason: "asked by letter".to_owned() }).await.unwrap();
    office.sync().await;
    let new = office.seat().act_on_voucher(form(&lost.voucher_id, VoucherAction::Reissue)).await.unwrap();
    assert_eq!((new.row.status, new.row.waiting, new.row.buyer.as_str()), (Status::Purchased, false, ""));
    assert_eq!(detail(&office, &lost.voucher_id).await.row.status, Status::Replaced);
}

/// The template was edited since: the voucher says what it said when it was sold.
#[tokio::test(flavor = "multi_thread")]
async fn a_reissued_voucher_says_what_the_lost_one_said() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let sold = office.sell("Ada Customer").await;
    office.sync().await;
    let template = detail(&office, &sold.voucher_id).await.template_id;
    let found = office.seat().template_detail(&template).await.unwrap();
    let content = TemplateForm { title: "Dearer by now".to_owned(), price: "99.00".to_owned(), ..found.form.clone() };
    office
        .seat()
        .save_template(SaveTemplate { id: Some(template.clone()), based_on: Some(found.row.version), form: content })
        .await
        .unwrap();
    office.sync().await;

    let new = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Reissue)).await.unwrap();
    assert_eq!((new.row.title, new.row.price), (sold.title, sold.price));
    assert_eq!(centre.count("SELECT count(DISTINCT template_version) FROM voucher").await, 1, "at the version of the lost one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_needs_the_server_and_its_paper_the_servers_word() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let sold = office.sell("Ada Customer").await;
    office.sync().await;
    office.go_offline().await;
    let offered = offered(&detail(&office, &sold.voucher_id).await);
    assert!(!offered.contains(&VoucherAction::Reissue) && offered.contains(&VoucherAction::Extend), "{offered:?}");
    let refused = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Reissue)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Offline);
    office.come_back().await;

    // The answer is lost: it is recorded, and waits.
    office.link.set(crate::stage::link::Wire::RepliesLost);
    let waits = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Reissue)).await.unwrap();
    assert!(waits.row.waiting);
    let paper = PaperForm { voucher_ids: vec![waits.row.id.clone()], language: PaperLanguage::En, with_price: true };
    assert_eq!(office.seat().voucher_papers(&paper).await.unwrap_err().code, ErrorCode::ReplacementWaiting);
    office.come_back().await;
    assert_eq!(office.seat().voucher_papers(&paper).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn extended_noted_and_charged_back_as_the_history_tells() {
    let centre = Centre::open().await;
    let (office, counter) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Carla").await);
    let sold = office.sell("Ada Customer").await;
    office.sync().await;

    let missing = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Extend)).await.unwrap_err();
    assert_eq!(faulty(&missing), ["expires_on"]);
    let to = |day: &str| ActionForm { expires_on: Some(day.to_owned()), ..form(&sold.voucher_id, VoucherAction::Extend) };
    assert_eq!(faulty(&office.seat().act_on_voucher(to("tomorrow")).await.unwrap_err()), ["expires_on"]);
    assert_eq!(office.seat().act_on_voucher(to("2001-01-01")).await.unwrap_err().code, ErrorCode::Refused);
    let extended = office.seat().act_on_voucher(to("2035-06-30")).await.unwrap();
    assert_eq!(extended.row.expires_on.as_deref(), Some("2035-06-30"));
    office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Note)).await.unwrap();
    office.sync().await;
    counter.sync().await;
    counter.seat().redeem(&sold.code).await.unwrap();
    office.sync().await;

    let back = office.seat().act_on_voucher(form(&sold.voucher_id, VoucherAction::Chargeback)).await.unwrap();
    assert_eq!((back.row.status, back.charged_back), (Status::Used, true), "the goods went");
    assert!(!offered(&back).contains(&VoucherAction::Chargeback), "once");
    office.sync().await;
    let after = detail(&office, &sold.voucher_id).await;
    assert!(after.history_complete);
    assert_eq!(told(&after), [What::Sold, What::Extended, What::Noted, What::RedeemAsked, What::ChargedBack]);
}
