//! A mail that is under way while another machine takes over.

use std::time::Duration;

use beadsbox_domain::Role;
use beadsbox_testkit::{MailReceiver, Reception, ServerLog, ServerProcess, ServerProgram};
use tokio::time::{sleep, timeout};

use super::{address_of_both, one, pair, take_over::now, till};
use crate::support::{introduction, record_sale};

/// With that mail server.
fn mailing(mut process: ServerProcess, receiver: &MailReceiver) -> ServerProcess {
    process.set("SMTP_URL", receiver.url());
    process.set("MAIL_FROM", "vouchers@example.com");
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_notes_what_the_mail_server_answers_in_the_database_that_took_over() {
    let Some((primary, standby)) = pair(true).await else { return };
    let (receiver, folder) = (MailReceiver::start().await.unwrap(), tempfile::tempdir().unwrap());
    let log = folder.path().join("worker.log");
    let program = ServerProgram::on(env!("CARGO_BIN_EXE_beadsbox-server"), primary.url("beadsbox"), address_of_both(&primary, &standby));
    let mut server = mailing(program.server(ServerLog::WithTheTest).unwrap(), &receiver);
    server.set("BEADSBOX_WORKERS", "0");
    server.up().await.unwrap();
    let mut worker = mailing(program.worker(ServerLog::File(log.clone())).unwrap(), &receiver);
    worker.up().await.unwrap();
    receiver.will([Reception::TakeAndWait]);
    let mut till = till(&primary, &server.url(), "Camille", Role::Counter).await;
    let content = introduction(&mut till).await;
    record_sale(&mut till, &content);
    till.push().await.unwrap();
    receiver.until(1).await;

    // The mail server has it and thinks. Meanwhile the machine is lost, and the worker hears of it.
    let moment = now(&primary).await;
    primary.lose();
    let output = standby.take_over(&primary, &["--lost-at", &moment]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let hears = async {
        while !std::fs::read_to_string(&log).unwrap().contains("another machine was promoted") {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), hears).await.expect("the worker looks for another primary");
    receiver.answer();
    timeout(Duration::from_mins(1), worker.ended()).await.expect("it ends by itself, for whoever starts it anew").unwrap();
    let pool = standby.pool("beadsbox");
    assert_eq!(
        one::<String>(&pool, "SELECT state || ' ' || ended || ' ' || attempts FROM job WHERE kind = 'voucher_mail'").await,
        "done sent 1"
    );
    pool.close().await;
    assert_eq!(receiver.mails().len(), 1);
}
