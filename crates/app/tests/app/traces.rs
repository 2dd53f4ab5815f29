//! One trace from what somebody did at a till to the row and the mail: through the real program, server, worker and mail server.

use crate::stage::Centre;
use beadsbox_app::{
    ErrorCode,
    view::{FaultSettings, SaleForm},
};
use beadsbox_protocol::trace::Trace;
use beadsbox_testkit::{Collected, Collector, MailReceiver};

fn named<'a>(spans: &'a [Collected], name: &str) -> &'a Collected {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name} in {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_its_row_and_its_mail_are_one_trace_also_when_it_was_made_offline() {
    let (receiver, collector) = (MailReceiver::start().await.unwrap(), Collector::start().await.unwrap());
    let mut centre = Centre::open().await;
    let worker = centre.trace_mail(&receiver, &collector).await;
    let till = centre.till("Montmartre", "Carla").await;
    till.go_offline().await;
    let form = SaleForm { email: "ada@example.org".to_owned(), mail: Some(true), ..till.sale("Ada Customer", 1).await };
    till.seat().sell(form).await.unwrap();
    till.come_back().await;
    till.until("sent", |status| status.waiting == 0).await;
    let mails = receiver.until(1).await;

    // The row's key is the trace.
    let op = centre.last_operation().await;
    let trace = Trace::of_operation(op).unwrap();
    let spans = collector.in_trace(&trace.id_text(), &["POST /v1/sync/push", "operation sell", "job voucher_mail", "send mail"]).await;
    let (request, sale) = (named(&spans, "POST /v1/sync/push"), named(&spans, "operation sell"));
    let (job, mail) = (named(&spans, "job voucher_mail"), named(&spans, "send mail"));
    assert_eq!(
        (request.parent.as_ref(), sale.parent.as_ref()),
        (Some(&trace.span_text()), Some(&request.span)),
        "below the deed at the till"
    );
    assert_eq!((job.parent.as_ref(), mail.parent.as_ref()), (Some(&sale.span), Some(&job.span)));
    assert_eq!(sale.attributes["db.collection.name"], "operation");
    assert_eq!(
        centre
            .count("SELECT count(*) FROM operation o JOIN job j ON split_part(j.trace, '-', 2) = replace(o.op_id::text, '-', '')")
            .await,
        1
    );
    // What a buyer gets says nothing of it, and the collector nothing of the buyer.
    assert!(!format!("{:?}", mails[0]).contains(&trace.id_text()));
    assert!(!format!("{:?}", collector.spans()).contains("ada@example.org"));
    worker.stop().await;
    centre.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_faults_unless_somebody_wants_it() {
    let project = "https://key@sentry.example.com/2";
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let off = FaultSettings { on: false, offered: false };
    assert_eq!(till.program.fault_settings().await, off, "this server names nobody");
    let refused = till.program.tell_faults(true).await.unwrap_err();
    assert_eq!((refused.code, till.program.fault_project().await), (ErrorCode::Offline, None));

    centre.offer_faults(project).await;
    let till = centre.till("Montmartre", "Carla").await;
    for _ in 0..100 {
        if till.program.fault_settings().await.offered {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(
        (till.program.fault_settings().await, till.program.fault_project().await),
        (FaultSettings { on: false, offered: true }, None)
    );
    assert!(till.program.tell_faults(true).await.unwrap().on);
    assert_eq!(till.program.fault_project().await.as_deref(), Some(project));
    // And it can be switched off without the server.
    centre.stop().await;
    assert!(!till.program.tell_faults(false).await.unwrap().on);
    assert_eq!(till.program.fault_project().await, None);
}
