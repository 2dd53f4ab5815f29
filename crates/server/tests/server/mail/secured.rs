//! Mail by a mail server that others wrote, over TLS, which the program signs in to. Which certificates a process trusts, it takes from its environment.

use std::path::PathBuf;

use beadsbox_domain::VoucherId;
use beadsbox_testkit::{ServerProcess, SmtpServer, SmtpTls};
use rstest::rstest;

use super::{
    paper::read_code,
    stage::{MailStage, trouble},
};
use crate::support::sell;

/// With letters that mean something in an address.
const ACCOUNT: (&str, &str) = ("shop@example.com", "p@ss: w/rd%é");

/// Sells a voucher at the program, which sends by that address. It trusts the certificate in that file, or whom the machine trusts.
async fn sold(smtp_url: String, trusted: Option<PathBuf>) -> (MailStage, ServerProcess, VoucherId) {
    let mails = MailStage::idle().await;
    let mut program = mails.program(smtp_url);
    if let Some(file) = trusted {
        program.set("SSL_CERT_FILE", file.display().to_string());
    }
    program.up().await.unwrap();
    let mut till = mails.stage.till("Camille").await.at(&program.url());
    let voucher = sell(&mut till).await;
    (mails, program, voucher)
}

/// What was asked of it, by the first word of each line.
fn asked(server: &SmtpServer) -> String {
    let heard = server.heard().unwrap();
    let words: Vec<&str> = heard.lines().filter_map(|line| line.split(' ').next()).collect();
    words.join(" ")
}

#[rstest]
#[case(SmtpTls::Implicit, "EHLO AUTH MAIL RCPT DATA ")]
#[case(SmtpTls::StartTls, "EHLO STARTTLS EHLO AUTH MAIL RCPT DATA ")]
#[tokio::test]
async fn a_sale_is_mailed_over_tls_by_name_and_password(#[case] tls: SmtpTls, #[case] begins: &str) {
    let Some(server) = SmtpServer::start(tls, Some(ACCOUNT)).await.unwrap() else { return };
    let (mails, _program, voucher) = sold(server.url(Some(ACCOUNT)), Some(server.certificate())).await;
    let mail = server.until(1).await.unwrap().remove(0);
    assert_eq!(mail.to, ["buyer@example.org"]);
    assert!(mail.text().contains("Ada Lovelace"), "{}", mail.text());
    let papers = mail.pdfs();
    assert_eq!(papers.len(), 1);
    assert_eq!(read_code(&papers[0]).says.voucher, voucher);
    mails.until_ended("sent", 1).await;
    assert!(asked(&server).starts_with(begins), "{}", asked(&server));
    assert_eq!(server.mails().unwrap().len(), 1);
}

#[tokio::test]
async fn with_a_wrong_password_nothing_is_sent_and_the_job_says_why() {
    let Some(server) = SmtpServer::start(SmtpTls::Implicit, Some(ACCOUNT)).await.unwrap() else { return };
    let (mails, _program, _) = sold(server.url(Some((ACCOUNT.0, "guessed"))), Some(server.certificate())).await;
    mails.until_trouble("sign_in_refused").await;
    assert_eq!(trouble(&mails.stage).await.2.as_deref(), Some("535 5.7.8"));
    assert_eq!(asked(&server), "EHLO AUTH QUIT");
    assert!(server.mails().unwrap().is_empty());
}

#[rstest]
#[case(SmtpTls::Implicit, "")]
#[case(SmtpTls::StartTls, "EHLO STARTTLS")]
#[tokio::test]
async fn a_certificate_that_nobody_trusts_gets_neither_password_nor_mail(#[case] tls: SmtpTls, #[case] all: &str) {
    let Some(server) = SmtpServer::start(tls, Some(ACCOUNT)).await.unwrap() else { return };
    let (mails, _program, _) = sold(server.url(Some(ACCOUNT)), None).await;
    mails.until_trouble("untrusted").await;
    assert_eq!(asked(&server), all);
    assert!(server.mails().unwrap().is_empty());
}

#[tokio::test]
async fn a_trusted_certificate_is_taken_from_nobody_of_another_name() {
    let Some(server) = SmtpServer::start(SmtpTls::Implicit, Some(ACCOUNT)).await.unwrap() else { return };
    let elsewhere = server.url(Some(ACCOUNT)).replace("localhost", "127.0.0.1");
    let (mails, _program, _) = sold(elsewhere, Some(server.certificate())).await;
    mails.until_trouble("untrusted").await;
    assert_eq!(asked(&server), "");
}

#[tokio::test]
async fn a_server_that_offers_no_tls_gets_neither_password_nor_mail() {
    // It asks for the password all the same, as somebody on the way would.
    let Some(server) = SmtpServer::start(SmtpTls::Never, Some(ACCOUNT)).await.unwrap() else { return };
    let (mails, _program, _) = sold(server.url(Some(ACCOUNT)), None).await;
    mails.until_trouble("untrusted").await;
    assert_eq!(asked(&server), "EHLO QUIT");
    assert!(server.mails().unwrap().is_empty());
}
