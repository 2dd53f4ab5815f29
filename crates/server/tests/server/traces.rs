//! Traces, as a real collector's protobuf has them: from what somebody did to the row and the mail, whatever lies between. And what is told of faults.

use beadsbox_domain::{Role, VoucherId};
use beadsbox_server::{BrokerConfig, CollectorConfig, Config, Server};
use beadsbox_testkit::{BrokerProcess, Collected, Collector, FaultReceiver, ServerLog, ServerProgram, StripeProvider, fixtures, free_port};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    held::{record_newer, upgrade},
    mail::stage::{MailStage, mailing},
    outbox_import::{file, hand_over},
    shop::stage::ShopStage,
    support::{Stage, config, sell_many, until_settled},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn to(collector: &Collector) -> CollectorConfig {
    CollectorConfig::new(collector.url())
}

fn named<'a>(spans: &'a [Collected], name: &str) -> &'a Collected {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name} in {spans:#?}"))
}

#[tokio::test]
async fn a_purchase_on_the_shop_page_its_row_and_its_mail_are_one_trace() {
    let collector = Collector::start().await.unwrap();
    let mut shop = ShopStage::new().await;
    shop.collector = Some(to(&collector));
    shop.stage.stop().await;
    shop.start().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    let trace = shop.text("SELECT trace FROM shop_order").await;
    let trace = trace.split('-').nth(1).unwrap();
    let paid = shop.provider.pay(&session.id);
    let (_, told) = StripeProvider::event("checkout.session.completed", &paid);
    assert!(shop.tell(&shop.stage.base, &told).await.is_success());
    shop.receiver.until(1).await;

    let spans = collector
        .in_trace(trace, &["POST /vouchers/buy/{template}/order", "operation sell", "job voucher_mail", "send mail"])
        .await;
    let (order, sale) = (named(&spans, "POST /vouchers/buy/{template}/order"), named(&spans, "operation sell"));
    let (job, mail) = (named(&spans, "job voucher_mail"), named(&spans, "send mail"));
    assert_eq!((order.parent.as_ref(), sale.parent.as_ref()), (None, Some(&order.span)));
    assert_eq!((job.parent.as_ref(), mail.parent.as_ref()), (Some(&sale.span), Some(&job.span)));
    // The row of the log, and the request by which the provider told, which is of another trace.
    let op: Uuid = sqlx::query_scalar("SELECT op_id FROM operation ORDER BY commit_no DESC LIMIT 1")
        .fetch_one(&shop.stage.pool)
        .await
        .unwrap();
    assert_eq!(sale.attributes["beadsbox.operation"], op.to_string());
    let event = collector.spans().into_iter().find(|span| span.name == "POST /vouchers/stripe-events").map(|span| span.trace);
    let event = match event {
        Some(event) => event,
        None => collector.in_trace("", &["POST /vouchers/stripe-events"]).await.into_iter().next().unwrap().trace,
    };
    assert_eq!(sale.links, [event]);
    let row = shop.text("SELECT trace FROM job WHERE kind = 'voucher_mail'").await;
    assert_eq!(row, format!("00-{trace}-{}-01", sale.span));
    assert!(spans.iter().all(|span| span.service == "beadsbox-server"));
    let told = format!("{:?}", collector.spans());
    for secret in ["lea@example.org", "Léa", session.id.as_str(), told_code(&shop).await.as_str()] {
        assert!(!told.contains(secret), "{secret}");
    }
    shop.stage.stop().await;
}

/// A redemption is a trace of its own, and names the one in which its voucher began: the order's, whoever sold it, else that of its sale.
#[tokio::test]
async fn what_becomes_of_a_voucher_names_the_trace_in_which_it_began() {
    let collector = Collector::start().await.unwrap();
    let mut shop = ShopStage::new().await;
    shop.collector = Some(to(&collector));
    shop.stage.stop().await;
    shop.start().await;
    let (session, _) = shop.order_by_card(&mut shop.browser()).await;
    let (_, told) = StripeProvider::event("checkout.session.completed", &shop.provider.pay(&session.id));
    assert!(shop.tell(&shop.stage.base, &told).await.is_success());
    let order = shop.text("SELECT split_part(trace, '-', 2) FROM shop_order").await;
    let bought: Uuid = sqlx::query_scalar("SELECT voucher_id FROM shop_order").fetch_one(&shop.stage.pool).await.unwrap();
    let mut till = shop.stage.till("Camille").await;
    let sold = sell_many(&mut till, 1).await.remove(0);
    let sale = till.outbox.last().unwrap().op;
    let redeemed: Vec<_> = [VoucherId(bought), sold].map(|voucher| (voucher, till.record(fixtures::honour(voucher)))).into();
    till.push().await.unwrap();
    for ((voucher, redemption), began) in redeemed.into_iter().zip([order.clone(), sale.0.simple().to_string()]) {
        let own = redemption.0.simple().to_string();
        let spans = collector.in_trace(&own, &["operation redeem"]).await;
        let span = named(&spans, "operation redeem");
        assert_eq!(span.attributes["beadsbox.operation"], redemption.0.to_string());
        assert!(span.links.contains(&began), "{voucher:?}: {span:#?}");
        assert_eq!(span.attributes["beadsbox.voucher.trace_id"], began);
    }
    // One number finds the sale and the redemption.
    let spans = collector.spans();
    let life: Vec<&str> = spans
        .iter()
        .filter(|span| span.attributes.get("beadsbox.voucher.trace_id") == Some(&order))
        .map(|span| span.name.as_str())
        .collect();
    assert_eq!(life, ["operation sell", "operation redeem"]);
    shop.stage.stop().await;
}

/// What was ordered to be paid at a counter began with the order too, whichever till sold it.
#[tokio::test]
async fn a_reservation_leads_back_to_its_order() {
    let collector = Collector::start().await.unwrap();
    let mut shop = ShopStage::new().await;
    shop.collector = Some(to(&collector));
    shop.stage.stop().await;
    shop.start().await;
    let mut till = shop.stage.till("Camille").await;
    let voucher = sell_many(&mut till, 1).await.remove(0);
    let sale = till.outbox.last().unwrap().op;
    // As if that voucher had been ordered: the row is what the sale of a reservation leaves.
    sqlx::query(
        "INSERT INTO shop_order (id, form_id, form_key, state, payment, reservation, voucher_id, code, template_id, template_version, price_minor, currency,
             shop_id, person_hash, language, created_at, holds_until, paid_at, issued_at, sold_op, trace)
         SELECT id, id, sha256('x'), 'issued', 'in_shop', '7KQ2M9XA', id, code, template_id, template_version, 4136, 'EUR', sold_shop, person_hash, 'en',
             sold_at - interval '1 hour', sold_at + interval '1 day', sold_at, sold_at, sold_op, $1 FROM voucher",
    )
    .bind(format!("00-{TRACE}-00f067aa0ba902b7-01"))
    .execute(&shop.stage.pool)
    .await
    .unwrap();
    let redemption = till.record(fixtures::honour(voucher));
    till.push().await.unwrap();
    let spans = collector.in_trace(&redemption.0.simple().to_string(), &["operation redeem"]).await;
    let span = named(&spans, "operation redeem");
    assert!(span.links.contains(&TRACE.to_owned()) && !span.links.contains(&sale.0.simple().to_string()), "{span:#?}");
    shop.stage.stop().await;
}

async fn told_code(shop: &ShopStage) -> String {
    shop.text("SELECT code FROM shop_order").await
}

#[tokio::test]
async fn a_trace_goes_through_the_broker_too() {
    let Some(broker) = BrokerProcess::start().await else { return };
    let collector = Collector::start().await.unwrap();
    let mut mails = MailStage::idle().await;
    mails.stage.stop().await;
    let by = |mails: &MailStage, workers| {
        let broker = Some(BrokerConfig { url: broker.url().into() });
        Config { workers, broker, collector: Some(to(&collector)), ..mailing(&mails.stage, &mails.receiver) }
    };
    let server = Server::start(by(&mails, 0)).await.unwrap();
    mails.stage.base = server.url();
    mails.stage.server = Some(server);
    sell_many(&mut mails.stage.till("Camille").await, 1).await;
    let op: Uuid = sqlx::query_scalar("SELECT op_id FROM operation WHERE outcome->>'outcome' = 'applied' ORDER BY commit_no DESC LIMIT 1")
        .fetch_one(&mails.stage.pool)
        .await
        .unwrap();
    mails
        .until("announced", async || {
            mails.stage.count("SELECT count(*) FROM job WHERE kind = 'voucher_mail' AND announced_at IS NOT NULL").await == 1
        })
        .await;
    let said = named_by_message(&broker).await;
    let row: String = sqlx::query_scalar("SELECT trace FROM job WHERE kind = 'voucher_mail'").fetch_one(&mails.stage.pool).await.unwrap();
    assert_eq!((said.as_str(), said.split('-').nth(1)), (row.as_str(), Some(op.simple().to_string().as_str())));
    let worker = Server::start_worker(by(&mails, 1)).await.unwrap();
    mails.until_ended("sent", 1).await;
    let spans = collector.in_trace(&op.simple().to_string(), &["operation sell", "job voucher_mail", "send mail"]).await;
    let (sale, job) = (named(&spans, "operation sell"), named(&spans, "job voucher_mail"));
    assert_eq!(job.parent.as_ref(), Some(&sale.span));
    assert_eq!(named(&spans, "send mail").parent.as_ref(), Some(&job.span));
    worker.stop().await;
    mails.stage.stop().await;
}

/// The trace that the message names which the broker keeps. It goes back.
async fn named_by_message(broker: &BrokerProcess) -> String {
    let connection = lapin::Connection::connect(&broker.url(), lapin::ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let message = channel.basic_get("beadsbox.jobs.vouchers".into(), lapin::options::BasicGetOptions::default()).await.unwrap().unwrap();
    let headers = message.delivery.properties.headers().clone().unwrap();
    let lapin::types::AMQPValue::LongString(trace) = &headers.inner()["traceparent"] else { panic!("{headers:?}") };
    let trace = String::from_utf8(trace.as_bytes().to_vec()).unwrap();
    let back = lapin::options::BasicRejectOptions { requeue: true };
    message.delivery.reject(back).await.unwrap();
    trace
}

/// A stage whose server tells that collector.
async fn seen_by(collector: &Collector) -> Stage {
    let mut stage = Stage::new().await;
    stage.stop().await;
    let server = Server::start(Config { collector: Some(to(collector)), ..config(&stage.database, &stage.clock) }).await.unwrap();
    stage.base = server.url();
    stage.server = Some(server);
    stage
}

#[tokio::test]
async fn what_comes_by_a_file_and_what_was_held_is_told_of_as_a_push_is() {
    let collector = Collector::start().await.unwrap();
    let mut stage = seen_by(&collector).await;
    let (admin, session) = stage.device_with_session("Adrien", Role::Admin).await;
    let (mut till, mut newer) = (stage.till("Camille").await, stage.till("Noé").await);
    let sold = sell_many(&mut till, 2).await;
    let by_file = till.record(fixtures::ask(sold[0]));
    let handed_over = hand_over(&admin, &session, &file(&till, till.acked + 1)).await.unwrap();
    assert_eq!((handed_over.new, handed_over.applied), (1, 1));
    let held = record_newer(&mut newer, fixtures::honour(sold[1]));
    newer.push().await.unwrap();
    upgrade(&stage).await;
    assert_eq!(stage.server.as_ref().unwrap().decide_held_now().await.unwrap(), 1);
    for (op, device) in [(by_file, till.id), (held, newer.id)] {
        let spans = collector.in_trace(&op.0.simple().to_string(), &["operation redeem"]).await;
        let span = named(&spans, "operation redeem");
        assert_eq!(
            (span.attributes["beadsbox.operation.outcome"].as_str(), span.attributes["beadsbox.device"].clone()),
            ("applied", device.to_string())
        );
    }
    stage.stop().await;
}

#[tokio::test]
async fn operations_of_one_push_keep_each_its_own_trace() {
    let collector = Collector::start().await.unwrap();
    let mut stage = seen_by(&collector).await;
    let mut till = stage.till("Camille").await;
    sell_many(&mut till, 3).await;
    stage.stop().await;
    // What was handed over before the end was given away: nobody waits here.
    for recorded in &till.outbox {
        let trace = recorded.op.0.simple().to_string();
        let spans: Vec<Collected> = collector.spans().into_iter().filter(|span| span.trace == trace).collect();
        let operation = spans.iter().find(|span| span.name.starts_with("operation ")).unwrap();
        assert_eq!(operation.attributes["beadsbox.operation"], recorded.op.0.to_string());
        assert_eq!(operation.attributes["beadsbox.operation.outcome"], "applied");
        assert!(!operation.failed && operation.links.len() == 1, "the request that brought it");
    }
}

#[tokio::test]
async fn a_request_with_a_broken_trace_is_answered_in_one_of_its_own() {
    let collector = Collector::start().await.unwrap();
    let stage = Stage::new().await;
    let server = Server::start(Config { collector: Some(to(&collector)), ..config(&stage.database, &stage.clock) }).await.unwrap();
    let broken: [&[u8]; 7] = [
        b"",
        b"nonsense",
        // Too short, of no letter that a number has, nobody's, and of a version that is none.
        b"00-4bf92f3577b34da6a3ce929d0e0e47-00f067aa0ba902b7-01",
        b"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        b"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        b"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        b"00-\xc3\xa9\xff",
    ];
    let client = reqwest::Client::new();
    for line in broken {
        let line = reqwest::header::HeaderValue::from_bytes(line).unwrap();
        let answer = client.get(format!("{}/v1/info", server.url())).header("traceparent", line).send().await.unwrap();
        assert!(answer.status().is_success());
    }
    server.stop().await;
    let spans: Vec<Collected> = collector.spans().into_iter().filter(|span| span.name.contains("/v1/info")).collect();
    let traces: std::collections::BTreeSet<&String> = spans.iter().map(|span| &span.trace).collect();
    assert_eq!((spans.len(), traces.len()), (broken.len(), broken.len()), "each one of its own: {spans:?}");
    assert!(spans.iter().all(|span| span.parent.is_none() && !span.trace.starts_with("4bf92f35")), "{spans:?}");
}

#[tokio::test]
async fn a_collector_that_is_away_or_says_nothing_is_nobodys_trouble() {
    let collector = Collector::start().await.unwrap();
    collector.be_away(true);
    let stage = Stage::new().await;
    let port = free_port().unwrap();
    let traced = Config { collector: Some(to(&collector)), metrics_listen: Some(([127, 0, 0, 1], port).into()), ..config(&stage.database, &stage.clock) };
    let server = Server::start(traced).await.unwrap();
    let ask = async || reqwest::get(format!("{}/v1/info", server.url())).await.unwrap().status().is_success();
    let metrics = async || reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.unwrap().text().await.unwrap();
    assert!(ask().await);
    let is_dropped = |metrics: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix("beadsbox_spans_dropped_total{why=\"not_taken\"} "));
        line.and_then(|count| count.parse::<u64>().ok()).is_some_and(|count| count > 0)
    };
    let mut counted = String::new();
    for _ in 0..100 {
        counted = metrics().await;
        if is_dropped(&counted) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(is_dropped(&counted), "{counted}");
    collector.be_away(false);
    collector.be_silent(true);
    assert!(ask().await && collector.spans().is_empty());
    // And it ends: bounded, whatever the collector does.
    server.stop().await;
}

#[tokio::test]
async fn a_fault_is_told_with_its_trace_and_nothing_of_anybody() {
    let receiver = FaultReceiver::start().await.unwrap();
    let stage = Stage::new().await;
    until_settled(&stage).await;
    let program = ServerProgram::new(env!("CARGO_BIN_EXE_beadsbox-server"), &stage.database);
    let mut process = program.server(ServerLog::WithTheTest).unwrap();
    process.set("SENTRY_DSN", receiver.project());
    process.up().await.unwrap();
    sqlx::query("ALTER TABLE device RENAME TO zazies_device").execute(&stage.pool).await.unwrap();
    let asked = reqwest::Client::new()
        .get(format!("{}/v1/sync/changes?epoch={}&secret=zazie", process.url(), Uuid::nil()))
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))
        .bearer_auth("5f4dcc3b5aa765d61d8327deb882cf99")
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status().as_u16(), 500);
    let event = receiver
        .until(|event| event["message"] == "a request failed")
        .await
        .unwrap_or_else(|| panic!("{:?}", receiver.envelopes()));
    assert_eq!((event["logger"].as_str(), event["tags"]["sql_state"].as_str()), (Some("beadsbox_server::error"), Some("42P01")));
    assert_eq!(event["contexts"]["trace"]["trace_id"], Value::from(TRACE));
    assert_eq!(event["release"], Value::from(format!("my-beads-box@{}", env!("CARGO_PKG_VERSION"))));
    for envelope in receiver.envelopes() {
        for secret in ["zazie", "5f4dcc3b", "postgres", "/v1/sync", "127.0.0.1:5"] {
            assert!(!envelope.to_lowercase().contains(secret), "{secret}: {envelope}");
        }
    }
    assert!(process.stop().await.unwrap().success());
}
