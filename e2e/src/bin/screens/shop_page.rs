//! The shop page for an admin, and a reservation at the till.

use std::path::Path;

use beadsbox_domain::VoucherCode;
use beadsbox_e2e::{Desk, serve_on};
use beadsbox_testkit::{ServerProcess, TestDatabase, reserve};
use thirtyfour::Key;

use crate::{
    centre::{ADMIN, COUNTER, sample_data},
    hands::{new_device, scroll_to},
    look::in_every_look,
};

/// Two orders at which somebody has to look, as a payment provider and a rule would leave them.
const TROUBLED: &str = "INSERT INTO shop_order (id, form_id, form_key, state, payment, reservation, voucher_id, code, template_id, template_version, price_minor, currency,
         shop_id, person_hash, language, created_at, holds_until, paid_at, session_id, trouble)
     SELECT id, id, sha256(uuid_send(id)), state, 'card', reservation, id, code, template_id, version, price_minor, currency, (SELECT shop_id FROM shop_page), sha256('x'),
         'en', now() - since, now() + interval '1 hour', CASE WHEN state = 'paid' THEN now() - since END, session, trouble
     FROM (VALUES (gen_random_uuid(), 'reserved', '7KQ2M9XA', $1, interval '50 hours', 'cs_live_a1B2c3D4e5F6', 'amount_differs'),
                  (gen_random_uuid(), 'paid', '3PD8WN4T', $2, interval '25 minutes', 'cs_live_g7H8i9J0k1L2', 'sale_refused'))
              AS orders (id, state, reservation, code, since, session, trouble),
          (SELECT template_id, version, price_minor, currency FROM voucher_template_version ORDER BY price_minor LIMIT 1) AS template";

/// Orders that have vouchers and whose money went back, or is asked back: one for each status that sample data have; and a refund that failed.
const REVERSED: &str = "WITH sold AS (
         SELECT DISTINCT ON (status) id, code, template_id, template_version, sold_op, sold_at, sold_shop, person_hash, status FROM voucher
         WHERE status IN ('purchased', 'used', 'cancelled') AND (template_id, template_version) IN (SELECT template_id, version FROM voucher_template_version)
         ORDER BY status, id),
     ordered AS (
         INSERT INTO shop_order (id, form_id, form_key, state, payment, reservation, voucher_id, code, template_id, template_version, price_minor, currency, shop_id,
             person_hash, language, created_at, holds_until, paid_at, issued_at, sold_op, session_id, payment_ref)
         SELECT gen_random_uuid(), id, sha256(uuid_send(id)), 'issued', 'card', substr(code, 1, 8), id, code, s.template_id, template_version, price_minor, currency,
             sold_shop, person_hash, 'en', sold_at, sold_at + interval '1 hour', sold_at, sold_at, sold_op, 'cs_live_' || code, 'pi_live_' || code
         FROM sold s JOIN voucher_template_version t ON t.template_id = s.template_id AND t.version = s.template_version
         RETURNING id, voucher_id, price_minor, currency)
     INSERT INTO payment_reversal (id, order_id, state, amount_minor, currency, answer_by, told_at, failed)
     SELECT 'ch_' || o.id, o.id, CASE s.status WHEN 'used' THEN 'lost' WHEN 'cancelled' THEN 'refunded' ELSE 'disputed' END, o.price_minor, o.currency,
         CASE s.status WHEN 'purchased' THEN now() + interval '9 days' END, now() - CASE s.status WHEN 'used' THEN interval '2 days' ELSE interval '40 minutes' END, false
     FROM ordered o JOIN sold s ON s.id = o.voucher_id
     UNION ALL
     SELECT 're_' || o.id, o.id, 'refunded', o.price_minor, o.currency, NULL, now() - interval '10 minutes', true
     FROM ordered o JOIN sold s ON s.id = o.voucher_id WHERE s.status = 'cancelled'";

pub async fn scene(folder: &Path) -> anyhow::Result<()> {
    let database = TestDatabase::create().await;
    let server = serve_on(&database).await?;
    let shop = sample_data(&server).await?;
    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Back office", data.path()).await?;
    desk.sign_in(ADMIN.0, ADMIN.1, "office").await?;
    administered(&desk, folder, &database).await?;
    desk.close().await?;

    let data = tempfile::tempdir()?;
    let desk = new_device(&server, &shop, "Till 1", data.path()).await?;
    desk.sign_in(COUNTER.0, COUNTER.1, "counter").await?;
    sold_at_the_till(&desk, folder, &server).await?;
    desk.close().await
}

fn code(byte: u8) -> String {
    VoucherCode::from_random([byte; 8]).to_string().replace('-', "")
}

async fn escape(desk: &Desk) -> anyhow::Result<()> {
    Ok(desk.driver.action_chain().send_keys(Key::Escape).perform().await?)
}

async fn administered(desk: &Desk, folder: &Path, database: &TestDatabase) -> anyhow::Result<()> {
    desk.click("nav-administration").await?;
    desk.click("admin-page").await?;
    desk.find("page-change").await?;
    in_every_look(desk, folder, "admin-page").await?;
    desk.click("page-change").await?;
    desk.find("page-save").await?;
    in_every_look(desk, folder, "admin-page-change").await?;
    escape(desk).await?;
    desk.click("page-close").await?;
    desk.find("page-open").await?;
    in_every_look(desk, folder, "admin-page-closed").await?;
    desk.click("page-open").await?;
    desk.click("page-save").await?;
    desk.find("page-change").await?;
    sqlx::query(TROUBLED).bind(code(7)).bind(code(8)).execute(&database.pool()).await?;
    desk.click("admin-shops").await?;
    desk.click("admin-page").await?;
    desk.css("[data-testid='order']").await?;
    in_every_look(desk, folder, "admin-orders").await?;
    desk.click("order-settle").await?;
    desk.fill("order-settle-reason", "Given back at Stripe, and told the buyer").await?;
    in_every_look(desk, folder, "admin-order-settle").await?;
    desk.click("order-settle-confirm").await?;
    desk.css("[data-testid='orders'] [data-trouble='sale_refused']").await?;
    sqlx::query(REVERSED).execute(&database.pool()).await?;
    desk.click("admin-shops").await?;
    desk.click("admin-page").await?;
    desk.css("[data-testid='reversal']").await?;
    scroll_to(desk, "reversals").await?;
    in_every_look(desk, folder, "admin-reversals").await?;
    desk.click("reversal-settle").await?;
    desk.find("order-settle-reason").await?;
    in_every_look(desk, folder, "admin-reversal-settle").await?;
    escape(desk).await?;
    desk.click("reversal-open").await?;
    desk.find("voucher-detail").await.map(drop)
}

async fn sold_at_the_till(desk: &Desk, folder: &Path, server: &ServerProcess) -> anyhow::Result<()> {
    let code = reserve(&server.url(), "Tante+Odile").await?;
    desk.click("nav-sell").await?;
    desk.click("sell-reservation").await?;
    desk.find("reservation-code").await?;
    in_every_look(desk, folder, "reservation").await?;
    desk.fill("reservation-code", "AAAA-AAAA").await?;
    desk.click("reservation-submit").await?;
    desk.css("[role='dialog'] [role='alert']").await?;
    in_every_look(desk, folder, "reservation-unknown").await?;
    desk.fill("reservation-code", &code).await?;
    desk.click("reservation-submit").await?;
    desk.find("reservation-found").await?;
    in_every_look(desk, folder, "reservation-found").await?;
    desk.click("reservation-submit").await?;
    desk.find("sell-receipt").await?;
    desk.click("sell-another").await?;
    desk.click("sell-reservation").await?;
    desk.fill("reservation-code", &code).await?;
    desk.click("reservation-submit").await?;
    desk.find("reservation-problem").await?;
    in_every_look(desk, folder, "reservation-sold").await?;
    escape(desk).await
}
