//! The books, and the reports over them.

mod independent;
mod play;
mod proof;
mod reports;

use beadsbox_protocol::report::ReportQuery;
use beadsbox_testkit::{Answer, Session, TestDevice};
use reqwest::Method;
use serde::de::DeserializeOwned;
use sqlx::PgPool;

/// Asks for a report as that person.
pub async fn report<T: DeserializeOwned>(device: &TestDevice, session: &Session, name: &str, query: &ReportQuery) -> Answer<T> {
    let url = reqwest::Url::parse_with_params("http://x/", pairs(query)).unwrap();
    let path = format!("/v1/reports/{name}?{}", url.query().unwrap_or_default());
    device.call_as(&session.token, Method::GET, &path, None::<&()>).await
}

fn pairs(query: &ReportQuery) -> Vec<(String, String)> {
    let serde_json::Value::Object(fields) = serde_json::to_value(query).unwrap() else { panic!("a query is an object") };
    let text = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap();
    fields.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// The vouchers whose lines do not come to what their rows say, by id. There must be none, whatever happened.
pub async fn discrepancies(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT format('%s %s: %s %s %s', v.id, v.status, e.service, e.money, e.stake)
         FROM voucher v
         JOIN voucher_template_version t ON t.template_id = v.template_id AND t.version = v.template_version
         -- One that was over in another system has no line.
         LEFT JOIN LATERAL (SELECT coalesce(sum(service_minor), 0) AS service, coalesce(sum(money_minor), 0) AS money, coalesce(sum(stake_minor), 0) AS stake
                            FROM ledger_entry WHERE voucher_id = v.id) AS e ON true
         LEFT JOIN LATERAL (SELECT count(*) AS open FROM conflict c WHERE c.voucher_id = v.id AND c.state = 'open') AS c ON true
         WHERE (e.service, e.money, e.stake) IS DISTINCT FROM
               (CASE v.status WHEN 'purchased' THEN t.price_minor ELSE 0 END, CASE v.status WHEN 'cancelled' THEN t.price_minor ELSE 0 END,
                c.open * t.price_minor)",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}
