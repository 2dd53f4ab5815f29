//! Whoever sells chooses whether the buyer is written to, with the server and without it.

use crate::stage::{Centre, Till};
use beadsbox_app::view::{BatchMail, IssueForm, SaleForm};
use beadsbox_domain::Payment;
use beadsbox_testkit::MailReceiver;

const JOBS: &str = "SELECT count(*) FROM job WHERE kind = 'voucher_mail'";

impl Till {
    async fn sell_to(&self, email: &str, mail: Option<bool>) -> Option<String> {
        let form = SaleForm { email: email.to_owned(), mail, ..self.sale("Ada Customer", 2).await };
        self.seat().sell(form).await.unwrap().mailed_to
    }

    async fn sent(&self) {
        self.until("sent", |status| status.waiting == 0).await;
    }

    async fn batch(&self, number: u32, email: &str) -> IssueForm {
        IssueForm {
            template_id: self.seat().issue_choices().await.unwrap().templates.remove(0).id,
            name: "Christmas".to_owned(),
            number: Some(number),
            buyer: "Dupont & fils".to_owned(),
            email: email.to_owned(),
            mail: None,
            mapping: Vec::new(),
            payment: Payment::Other,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_is_asked_where_mail_can_be_sent_and_what_they_choose_is_done() {
    let receiver = MailReceiver::start().await.unwrap();
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    assert_eq!(till.seat().sale_choices().await.unwrap().mail, None, "this server sends no mail");
    assert_eq!(till.sell_to("ada@example.org", Some(true)).await, None);
    till.sent().await;
    let of_format = "SELECT count(*) FROM operation WHERE convert_from(body, 'UTF8') LIKE '{\"format\":5,%'";
    assert_eq!(centre.count(of_format).await, 0, "a server that never asked reads it all the same");

    centre.send_mail_by(&receiver).await;
    till.sync().await;
    assert_eq!(till.seat().sale_choices().await.unwrap().mail, Some(true));
    assert_eq!(till.sell_to("ada@example.org", Some(false)).await, None);
    assert_eq!(till.sell_to("", Some(true)).await, None, "nobody to write to");
    till.sent().await;
    assert_eq!((centre.count(JOBS).await, centre.count(of_format).await), (0, 2));
    // Without the server the same is asked, and done later.
    till.go_offline().await;
    assert_eq!(till.sell_to("bruno@example.org", Some(true)).await.as_deref(), Some("bruno@example.org"));
    till.come_back().await;
    till.sent().await;
    let mails = receiver.until(1).await;
    assert_eq!((mails[0].to.as_slice(), mails[0].pdfs().len()), (["bruno@example.org".to_owned()].as_slice(), 2));
    assert_eq!(centre.count(JOBS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_mailed_by_itself_where_it_is_one_mail_and_else_where_somebody_wants_it() {
    let receiver = MailReceiver::start().await.unwrap();
    let mut centre = Centre::open().await;
    centre.send_mail_by(&receiver).await;
    let office = centre.till("Montmartre", "Bruno").await;
    let offered = async |number: u32, email: &str| office.seat().check_issue(office.batch(number, email).await).await.unwrap().mail;
    assert_eq!(offered(3, "").await, None, "nobody to write to");
    assert_eq!(offered(50, "a@example.org").await, Some(BatchMail { addresses: 1, by_itself: true }));
    assert_eq!(offered(51, "a@example.org").await, Some(BatchMail { addresses: 1, by_itself: false }), "two mails");

    let issue = async |mail: Option<bool>| {
        let form = office.batch(3, "achats@example.org").await;
        let check = office.seat().check_issue(form.clone()).await.unwrap();
        office.seat().issue_batch(IssueForm { mail, ..form }, &check.batch_id).await.unwrap();
        office.sent().await;
    };
    issue(Some(false)).await;
    issue(None).await;
    assert_eq!(centre.count(JOBS).await, 0);
    issue(Some(true)).await;
    let mails = receiver.until(1).await;
    assert_eq!((mails[0].to.as_slice(), mails[0].pdfs().len()), (["achats@example.org".to_owned()].as_slice(), 3));
}
