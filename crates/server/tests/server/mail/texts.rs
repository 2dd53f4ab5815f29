//! What mails say: written by an admin, and seen before anybody else sees it.

use beadsbox_domain::Role;
use beadsbox_protocol::{
    ErrorCode,
    mail::{MailDraft, MailKind, MailLanguage, MailPreview, MailSetup, MailTest, MailText, MailTextChange, MailWords, TextFaultKind, TextPart},
};
use beadsbox_testkit::{Answer, Reception, TestDevice};
use reqwest::Method;

use super::stage::MailStage;
use crate::support::sell;

struct Admin {
    device: TestDevice,
    token: String,
}

impl Admin {
    async fn at(mails: &MailStage) -> Self {
        let (device, session) = mails.stage.device_with_session("Adrien", Role::Admin).await;
        Self { device, token: session.token }
    }

    async fn setup(&self) -> MailSetup {
        self.device.call_as(&self.token, Method::GET, "/v1/admin/mail", None::<&()>).await.unwrap()
    }

    async fn change(&self, row_version: u64, words: Option<MailWords>) -> Answer<MailSetup> {
        let change = MailTextChange { kind: MailKind::Voucher, language: MailLanguage::En, row_version, words };
        self.device.call_as(&self.token, Method::PUT, "/v1/admin/mail/texts", Some(&change)).await
    }

    async fn preview(&self, words: MailWords) -> MailPreview {
        self.device.call_as(&self.token, Method::POST, "/v1/admin/mail/preview", Some(&draft(words))).await.unwrap()
    }

    async fn test(&self, words: MailWords) -> Answer<()> {
        let test = MailTest { draft: draft(words), to: beadsbox_domain::text::Email::new("adrien@example.com").unwrap() };
        self.device.call_as(&self.token, Method::POST, "/v1/admin/mail/test", Some(&test)).await
    }
}

fn draft(words: MailWords) -> MailDraft {
    MailDraft { kind: MailKind::Voucher, language: MailLanguage::En, words }
}

fn words(subject: &str, body: &str) -> MailWords {
    MailWords { subject: subject.to_owned(), body: body.to_owned() }
}

fn english(setup: &MailSetup) -> &MailText {
    setup.texts.iter().find(|text| text.kind == MailKind::Voucher && text.language == MailLanguage::En).unwrap()
}

#[tokio::test]
async fn an_admins_text_is_sent_until_the_programs_own_holds_again() {
    let mails = MailStage::new().await;
    let admin = Admin::at(&mails).await;
    let before = admin.setup().await;
    assert_eq!((before.texts.len(), before.from.as_deref()), (6, Some("My Beads Box <vouchers@example.com>")));
    assert!(!english(&before).own);
    let own = words("Beads for {{ buyer }}", "Dear {{ buyer }},\n\n{% if voucher.expires %}use it by {{ voucher.expires }}{% endif %}");
    let after = admin.change(0, Some(own.clone())).await.unwrap();
    assert_eq!((english(&after).own, &english(&after).words, english(&after).row_version), (true, &own, 1));
    // Nobody overwrites what they have not seen.
    assert_eq!(admin.change(0, Some(own)).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    sell(&mut mails.stage.till("Camille").await).await;
    let mail = mails.receiver.until(1).await.remove(0);
    assert_eq!(mail.header("Subject"), "Beads for Ada Lovelace");
    assert!(mail.text().starts_with("Dear Ada Lovelace,\n\nuse it by "), "{}", mail.text());

    let back = admin.change(1, None).await.unwrap();
    assert_eq!((english(&back).own, &english(&back).words), (false, &english(&before).words));
}

#[tokio::test]
async fn a_text_with_faults_is_shown_them_and_is_not_kept() {
    let mails = MailStage::new().await;
    let admin = Admin::at(&mails).await;
    let faulty = words("Hello", "Dear {{ buyer }},\n\nyour {{ vocher.code }}\n{% for x in y %}");
    let preview = admin.preview(faulty.clone()).await;
    let found: Vec<_> = preview.faults.iter().map(|fault| (fault.part, fault.line, fault.kind, fault.found.as_str())).collect();
    assert_eq!(
        found,
        [(TextPart::Body, 3, TextFaultKind::UnknownPlaceholder, "vocher.code"), (TextPart::Body, 4, TextFaultKind::NotAllowed, "for x in y")]
    );
    assert!(preview.html.is_empty() && preview.text.is_empty());
    assert_eq!(admin.change(0, Some(faulty.clone())).await.unwrap_err().code, ErrorCode::MailTextFaulty);
    assert_eq!(admin.test(faulty).await.unwrap_err().code, ErrorCode::MailTextFaulty);
    assert_eq!(mails.receiver.conversations(), 0);
}

#[tokio::test]
async fn a_text_that_cannot_be_filled_in_is_not_kept() {
    let mails = MailStage::new().await;
    let admin = Admin::at(&mails).await;
    let nested = format!("{}x{}", "{% if buyer %}".repeat(160), "{% endif %}".repeat(160));
    for body in ["Dear {{\u{a0}buyer }}", nested.as_str()] {
        assert_eq!(admin.change(0, Some(words("Hello", body))).await.unwrap_err().code, ErrorCode::MailTextFaulty, "{body}");
    }
    assert_eq!(mails.stage.count("SELECT count(*) FROM mail_text").await, 0);
}

#[tokio::test]
async fn a_preview_and_a_test_mail_show_the_same() {
    let mails = MailStage::new().await;
    let admin = Admin::at(&mails).await;
    let own = words("For {{ buyer }} & co", "Dear <b>{{ buyer }}</b>");
    let preview = admin.preview(own.clone()).await;
    assert_eq!(
        (preview.subject.as_str(), preview.text.as_str(), preview.faults.len()),
        ("For Léa Dubois & co", "Dear <b>Léa Dubois</b>", 0)
    );
    assert!(preview.html.contains("&lt;b&gt;Léa Dubois"), "{}", preview.html);
    admin.test(own.clone()).await.unwrap();
    let mail = mails.receiver.mails().remove(0);
    assert_eq!((mail.to.as_slice(), mail.text()), (["adrien@example.com".to_owned()].as_slice(), preview.text));
    assert_eq!(mail.html().trim_end(), preview.html.trim_end());

    mails.receiver.will([Reception::Refuse("554 5.7.1 not here")]);
    let refused = admin.test(own).await.unwrap_err();
    assert_eq!((refused.code, refused.detail.as_deref()), (ErrorCode::MailNotTaken, Some("554 5.7.1")));
}

#[tokio::test]
async fn a_text_that_no_longer_fits_its_placeholders_gives_the_job_to_an_admin() {
    let mails = MailStage::new().await;
    let admin = Admin::at(&mails).await;
    admin.change(0, Some(words("x", "y"))).await.unwrap();
    // As if an earlier version of the program had known it.
    sqlx::query("UPDATE mail_text SET body = '{{ gone }}'").execute(&mails.stage.pool).await.unwrap();
    sell(&mut mails.stage.till("Camille").await).await;
    mails.until_state("dead", 1).await;
    assert_eq!(mails.stage.count("SELECT count(*) FROM job WHERE trouble = 'text_faulty'").await, 1);
    admin.change(1, None).await.unwrap();
    let job = mails.dead_jobs(&admin.device, &admin.token).await.jobs[0].id;
    super::stage::decide(&admin.device, &admin.token, job, true).await.unwrap();
    mails.receiver.until(1).await;
}
