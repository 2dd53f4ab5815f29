//! What is told beside the work: faults of the program to whoever the server names, reminders, mails of which nobody knows whether they arrived, and reports
//! from a copy of the database that is behind.

use std::path::Path;

use anyhow::Context as _;
use beadsbox_e2e::{Desk, serve_mailing_on, serve_on};
use beadsbox_testkit::{MailReceiver, ServerProcess, TestDatabase};
use sqlx::PgPool;

use crate::{
    centre::{ADMIN, sample_data},
    hands::{click_first, new_device, scroll_to},
    look::in_every_look,
};

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    mails(folder).await?;
    faults_and_reports(folder).await
}

async fn office(server: &ServerProcess, shop: &str, data: &Path) -> anyhow::Result<Desk> {
    let desk = new_device(server, shop, "Office 1", data).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    Ok(desk)
}

async fn mails(folder: &Path) -> anyhow::Result<()> {
    let (receiver, database) = (MailReceiver::start().await?, TestDatabase::create().await);
    let server = serve_mailing_on(&database, &receiver).await?;
    let shop = sample_data(&server).await?;
    let code = given_up(&database.pool()).await?;
    let data = tempfile::tempdir()?;
    let desk = office(&server, &shop, data.path()).await?;
    desk.click("nav-mail").await?;
    desk.css("[data-testid='failed-job'][data-trouble='may_have_arrived']").await?;
    desk.click("mail-remind").await?;
    desk.find("mail-remind-days").await?;
    in_every_look(&desk, folder, "mail-reminders").await?;
    scroll_to(&desk, "failed-jobs").await?;
    in_every_look(&desk, folder, "mail-given-up").await?;
    desk.click("failed-jobs-which").await?;
    desk.click("failed-jobs-which-unreachable").await?;
    desk.click("failed-jobs-again").await?;
    desk.until("those tried again", async || {
        let left = desk.count("[data-testid='failed-job'][data-trouble='unreachable']").await.ok()?;
        (left == 0).then_some(())
    })
    .await?;
    in_every_look(&desk, folder, "mail-tried-again").await?;
    desk.click("nav-vouchers").await?;
    desk.fill("voucher-search", &code).await?;
    desk.until("that voucher alone", async || (desk.count("[data-testid='voucher-row']").await.ok()? == 1).then_some(()))
        .await?;
    click_first(&desk, "[data-testid='voucher-row']").await?;
    desk.css("[data-testid='voucher-mail'][data-state='may_have_arrived']").await?;
    scroll_to(&desk, "voucher-mails").await?;
    in_every_look(&desk, folder, "voucher-mail-perhaps").await?;
    desk.close().await
}

/// Mails that a server gave up, for each of the reasons; the code of a voucher whose mail may have arrived.
async fn given_up(pool: &PgPool) -> anyhow::Result<String> {
    let inserted = "INSERT INTO job (id, kind, cause, payload, created_at, run_after, state, attempts, trouble, trouble_detail, ended_at)
         SELECT gen_random_uuid(), 'voucher_mail', v.sold_op, jsonb_build_object('vouchers', jsonb_build_array(v.id)), now() - why.since, now() - why.since, 'dead',
             why.attempts, why.trouble, why.detail, now() - why.since
         FROM (SELECT id, sold_op, row_number() OVER (ORDER BY sold_at DESC, id) AS place FROM voucher WHERE status = 'purchased') AS v
         JOIN (VALUES (1, 'may_have_arrived', NULL, 1, interval '12 minutes'), (2, 'unreachable', NULL, 14, interval '3 hours'),
                      (3, 'unreachable', NULL, 14, interval '4 hours'), (4, 'refused', '550 5.1.1', 1, interval '26 hours'),
                      (5, 'refused_by_policy', '554 5.7.1', 14, interval '3 days')) AS why (place, trouble, detail, attempts, since)
           ON why.place = v.place";
    sqlx::query(inserted).execute(pool).await?;
    let code = "SELECT v.code FROM job j JOIN voucher v ON v.id::text = j.payload -> 'vouchers' ->> 0 WHERE j.trouble = 'may_have_arrived'";
    sqlx::query_scalar(code).fetch_one(pool).await.context("no mail that may have arrived")
}

async fn faults_and_reports(folder: &Path) -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let mut server = serve_on(&database).await?;
    let shop = sample_data(&server).await?;
    server.kill().await?;
    let dump = tempfile::tempdir()?;
    database.dump(&dump.path().join("dump"));
    let copy = database.restored(&dump.path().join("dump")).await;
    // As it was some minutes ago, when whoever it follows was lost.
    sqlx::query("UPDATE sign_of_life SET at = now() - interval '3 minutes'").execute(&copy.pool()).await?;
    server.set("DATABASE_READ_URL", copy.serve_url());
    server.set("SENTRY_DESKTOP_DSN", "https://0123456789abcdef@faults.example.com/7");
    server.up().await?;
    let data = tempfile::tempdir()?;
    let desk = office(&server, &shop, data.path()).await?;
    desk.click("nav-reports").await?;
    desk.css("[data-testid='report-table']").await?;
    in_every_look(&desk, folder, "reports-behind").await?;
    desk.click("nav-settings").await?;
    desk.find("settings-faults").await?;
    scroll_to(&desk, "settings-fault-reports").await?;
    in_every_look(&desk, folder, "settings-faults").await?;
    desk.click("settings-faults").await?;
    desk.until("told", async || desk.find("settings-faults").await.ok()?.is_selected().await.ok()?.then_some(())).await?;
    in_every_look(&desk, folder, "settings-faults-on").await?;
    desk.close().await
}
