//! Payments by card, after everything: whatever the provider was paid for has one voucher and one sale in the books, and nothing else has any.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use beadsbox_domain::{VoucherCode, VoucherId};
use beadsbox_testkit::{StripeProvider, stripe::PaidSession};
use sqlx::{FromRow, PgPool};
use tokio::time::sleep;
use uuid::Uuid;

use super::{buyer::Paid, counters::Mailed};

/// How long the shop may take until it has taken every word of the provider's. What it has not taken then is missing in the books.
const PATIENCE: Duration = Duration::from_mins(5);
const AGAIN: Duration = Duration::from_millis(100);

/// Of each order: its voucher, and what the books say of that.
const ORDERS: &str = "SELECT o.id, o.voucher_id, o.code,
                             (SELECT count(*) FROM voucher v WHERE v.id = o.voucher_id) AS vouchers,
                             (SELECT count(*) FROM ledger_entry l WHERE l.voucher_id = o.voucher_id AND l.kind = 'sold') AS sales,
                             (SELECT coalesce(sum(l.amount_minor), 0)::bigint FROM ledger_entry l
                              WHERE l.voucher_id = o.voucher_id AND l.kind = 'sold') AS amount
                      FROM shop_order o";
/// What the server sold itself: on the shop page, and nowhere else.
const SOLD: &str = "SELECT count(*) FROM voucher WHERE sold_device = '00000000-0000-0000-0000-000000000000'";

/// An order of the shop page, paid or not.
#[derive(Debug, FromRow)]
struct OrderRow {
    id: Uuid,
    voucher_id: Uuid,
    code: String,
    /// How many vouchers it made.
    vouchers: i64,
    /// How many sales of them are in the books, and for how much together.
    sales: i64,
    amount: i64,
}

/// What the provider says, beside what the central system does.
#[derive(Debug)]
pub struct Cards {
    sessions: Vec<PaidSession>,
    orders: Vec<OrderRow>,
    sold: i64,
}

/// Waits until the shop has taken whatever the provider has to tell it.
pub async fn until_told(provider: &StripeProvider) {
    let begun = Instant::now();
    while provider.untold() > 0 && begun.elapsed() < PATIENCE {
        sleep(AGAIN).await;
    }
}

fn order_of(session: &PaidSession) -> &str {
    session.get("client_reference_id")
}

impl Cards {
    /// Asks both.
    pub async fn read(pool: &PgPool, provider: &StripeProvider) -> anyhow::Result<Self> {
        let orders: Vec<OrderRow> = sqlx::query_as(ORDERS).fetch_all(pool).await?;
        let sold: i64 = sqlx::query_scalar(SOLD).fetch_one(pool).await?;
        Ok(Self { sessions: provider.sessions(), orders, sold })
    }

    fn paid(&self) -> impl Iterator<Item = &PaidSession> {
        self.sessions.iter().filter(|session| session.payment_status == "paid")
    }

    /// How many payments the provider took.
    pub fn payments(&self) -> usize {
        self.paid().count()
    }

    /// What is lost, there twice, or there for nothing.
    pub fn faults(&self) -> Vec<String> {
        let mut payments: HashMap<&str, (i64, i64)> = HashMap::new();
        for session in self.paid() {
            let (count, amount) = payments.entry(order_of(session)).or_default();
            *count += 1;
            *amount += session.amount;
        }
        let (all, mut faults) = (payments.values().map(|(count, _)| count).sum::<i64>(), Vec::new());
        for OrderRow { id, vouchers, sales, amount, .. } in &self.orders {
            let (count, paid) = payments.remove(id.to_string().as_str()).unwrap_or_default();
            if (*vouchers, *sales, *amount) != (count, count, paid) {
                faults.push(format!(
                    "order {id} was paid by card {count} times, {paid} together; it has {vouchers} vouchers, and {sales} sales of {amount} in the books"
                ));
            }
        }
        faults.extend(payments.keys().map(|id| format!("order {id} was paid by card, and there is no such order")));
        if self.sold != all {
            faults.push(format!("the shop page sold {} vouchers, and {all} were paid by card", self.sold));
        }
        faults
    }

    /// The vouchers that these payments bought: they go to their buyers by mail.
    pub fn mailed(&self, paid: &[Paid]) -> anyhow::Result<Vec<Mailed>> {
        let orders: HashMap<String, &OrderRow> = self.orders.iter().map(|order| (order.id.to_string(), order)).collect();
        let of_session: HashMap<&str, &str> = self.sessions.iter().map(|session| (session.id.as_str(), order_of(session))).collect();
        let mut mailed = Vec::new();
        for Paid { session, at } in paid {
            // Where there is no such order, that is said already.
            let Some(order) = of_session.get(session.as_str()).and_then(|id| orders.get(*id)) else { continue };
            let code = VoucherCode::parse(&order.code)?.to_string();
            mailed.push(Mailed { code, voucher: VoucherId(order.voucher_id), sold: *at });
        }
        Ok(mailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(number: u128, vouchers: i64, sales: i64, amount: i64) -> OrderRow {
        OrderRow { id: Uuid::from_u128(number), voucher_id: Uuid::nil(), code: String::new(), vouchers, sales, amount }
    }

    fn session(order: u128, payment_status: &'static str) -> PaidSession {
        let asked = vec![("client_reference_id".to_owned(), Uuid::from_u128(order).to_string())];
        PaidSession { id: format!("cs_{order}"), asked, status: "complete", payment_status, amount: 100, url: String::new() }
    }

    fn faults(orders: Vec<OrderRow>, sessions: Vec<PaidSession>, sold: i64) -> usize {
        Cards { sessions, orders, sold }.faults().len()
    }

    #[test]
    fn what_was_paid_is_there_once_and_what_was_not_is_not() {
        let sessions = || vec![session(1, "paid"), session(2, "unpaid")];
        let nothing = || order(3, 0, 0, 0);
        assert_eq!(faults(vec![order(1, 1, 1, 100), order(2, 0, 0, 0), nothing()], sessions(), 1), 0);
        assert_eq!(faults(vec![order(1, 1, 0, 0), order(2, 0, 0, 0), nothing()], sessions(), 1), 1, "no sale");
        assert_eq!(faults(vec![order(1, 1, 2, 200), order(2, 0, 0, 0), nothing()], sessions(), 1), 1, "sold twice");
        assert_eq!(faults(vec![order(1, 1, 1, 99), order(2, 0, 0, 0), nothing()], sessions(), 1), 1, "for another amount");
        assert_eq!(faults(vec![order(1, 1, 1, 100), order(2, 1, 1, 100), nothing()], sessions(), 2), 2, "not paid, here and in all");
        assert_eq!(faults(vec![order(2, 0, 0, 0), nothing()], sessions(), 0), 2, "the order is lost, here and in all");
    }
}
