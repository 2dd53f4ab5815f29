//! Refunds and disputes that begin at Stripe: money of an order that went back, that a bank asks back, or that was to go back and did not. They change no
//! voucher: a person decides what they mean for it. <https://docs.stripe.com/api/events/types#event_types-charge.refunded>

use beadsbox_domain::Timestamp;
use beadsbox_protocol::shop_page::ReversalState;
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::counted;
use crate::{
    db::{
        self,
        payment_event::Did,
        payment_reversal::{self, Told},
        shop_order::Order,
    },
    error::Failure,
    state::App,
};

/// What an event says of money that was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reversal {
    /// Of the charge, of the dispute, or of the refund that failed.
    id: String,
    kind: Kind,
    /// As Stripe counts it.
    amount: i64,
    currency: String,
    answer_by: Option<Timestamp>,
    payment: Option<String>,
    /// What stands at the payment since its page was made.
    order: Option<Uuid>,
}

/// What became of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Is(ReversalState),
    /// It was to go back, and is with the shop again.
    RefundFailed,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    amount_refunded: i64,
    /// Whether all of it was.
    refunded: bool,
    currency: String,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Dispute {
    id: String,
    amount: i64,
    currency: String,
    status: String,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    evidence_details: Option<EvidenceDetails>,
}

#[derive(Deserialize)]
struct Refund {
    id: String,
    amount: i64,
    currency: String,
    /// Banks may take days to refuse one.
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    payment_intent: Option<String>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    order: Option<String>,
}

#[derive(Deserialize)]
struct EvidenceDetails {
    /// Seconds since 1970.
    #[serde(default)]
    due_by: Option<i64>,
}

impl Reversal {
    /// Reads it from an event of that kind. None for another kind, for a refund that goes its way, and for what is not as Stripe says that it is.
    pub fn read(kind: &str, object: &serde_json::Value) -> Option<Self> {
        let read = match kind {
            // By which of these names it is told goes by the account's version of Stripe's interface.
            "refund.failed" | "refund.updated" | "charge.refund.updated" => match Refund::deserialize(object) {
                Ok(refund) if !refund.has_failed() => return None,
                refund => refund.ok().map(Self::from),
            },
            "charge.refunded" => Charge::deserialize(object).ok().map(Self::from),
            "charge.dispute.created" => Dispute::deserialize(object).ok().map(|dispute| Self::of(dispute, false)),
            "charge.dispute.closed" => Dispute::deserialize(object).ok().map(|dispute| Self::of(dispute, true)),
            _ => return None,
        };
        let read = read.filter(|reversal| (1..=255).contains(&reversal.id.chars().count()));
        if read.is_none() {
            tracing::error!(kind, "what the payment provider told of money that went back is not understood: look there");
        }
        read
    }

    fn of(dispute: Dispute, is_closed: bool) -> Self {
        let state = match dispute.status.as_str() {
            "lost" if is_closed => ReversalState::Lost,
            // Won, or a bank that only asked and was answered.
            _ if is_closed => ReversalState::Won,
            _ => ReversalState::Disputed,
        };
        let due_by = dispute.evidence_details.and_then(|details| details.due_by).filter(|_| !is_closed);
        Self {
            id: dispute.id,
            kind: Kind::Is(state),
            amount: dispute.amount,
            currency: dispute.currency,
            answer_by: due_by.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            payment: dispute.payment_intent,
            order: None,
        }
    }

    /// Locks the order whose money it is. None where it is no order's of this server, or money that the order does not count as its payment.
    pub async fn lock_order(&self, conn: &mut PgConnection) -> Result<Option<Order>, Failure> {
        let order = match (self.order, &self.payment) {
            (Some(id), _) => db::shop_order::lock(conn, id).await?,
            (None, Some(payment)) => db::shop_order::lock_by_payment(conn, payment).await?,
            (None, None) => None,
        };
        Ok(order.filter(|order| order.payment_ref.is_none() || order.payment_ref == self.payment))
    }

    /// Notes it for a person to look at, as it was said at that moment. The order's row is locked.
    pub async fn note(&self, conn: &mut PgConnection, app: &App, order: &Order, said_at: Option<Timestamp>) -> Result<Did, Failure> {
        // An order is charged in its own currency; where the sum says nothing, it is taken for the whole.
        let amount = counted(self.amount, &self.currency).unwrap_or(order.price);
        let state = match self.kind {
            Kind::Is(state) => state,
            Kind::RefundFailed if amount == order.price => ReversalState::Refunded,
            Kind::RefundFailed => ReversalState::PartlyRefunded,
        };
        let failed = self.kind == Kind::RefundFailed;
        let told = Told { id: self.id.clone(), order: order.id, state, failed, amount, answer_by: self.answer_by, said_at };
        if !payment_reversal::note(conn, &told, app.clock.now()).await? {
            return Ok(Did::Nothing);
        }
        tracing::warn!(order = %order.id, kind = ?self.kind, "money of an order went back, is asked back, or came back from a refund: somebody has to look at it");
        Ok(Did::Trouble)
    }
}

impl From<Charge> for Reversal {
    fn from(charge: Charge) -> Self {
        Self {
            id: charge.id,
            kind: Kind::Is(if charge.refunded { ReversalState::Refunded } else { ReversalState::PartlyRefunded }),
            amount: charge.amount_refunded,
            currency: charge.currency,
            answer_by: None,
            payment: charge.payment_intent,
            order: charge.metadata.order.and_then(|order| order.parse().ok()),
        }
    }
}

impl Refund {
    fn has_failed(&self) -> bool {
        matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }
}

impl From<Refund> for Reversal {
    fn from(refund: Refund) -> Self {
        Self {
            id: refund.id,
            kind: Kind::RefundFailed,
            amount: refund.amount,
            currency: refund.currency,
            answer_by: None,
            payment: refund.payment_intent,
            order: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refund_says_how_much_and_whether_it_is_all() {
        let order = Uuid::now_v7();
        let mut charge = json!({ "id": "ch_1", "amount": 4136, "amount_refunded": 1000, "refunded": false, "currency": "eur", "payment_intent": "pi_1",
                                 "metadata": { "order": order.to_string(), "else": "x" } });
        let read = Reversal::read("charge.refunded", &charge).unwrap();
        assert_eq!(
            (read.kind, read.amount, read.order, read.payment.as_deref()),
            (Kind::Is(ReversalState::PartlyRefunded), 1000, Some(order), Some("pi_1"))
        );
        charge["refunded"] = json!(true);
        charge["metadata"] = json!({});
        let read = Reversal::read("charge.refunded", &charge).unwrap();
        assert_eq!((read.kind, read.order), (Kind::Is(ReversalState::Refunded), None));
    }

    #[test]
    fn a_dispute_is_open_until_it_is_closed() {
        let read = |kind: &str, status: &str| {
            let dispute = json!({ "id": "du_1", "amount": 4136, "currency": "eur", "status": status, "charge": "ch_1", "payment_intent": "pi_1",
                                  "evidence_details": { "due_by": 1_800_000_000 } });
            let read = Reversal::read(kind, &dispute).unwrap();
            (read.kind, read.answer_by.map(Timestamp::as_second))
        };
        assert_eq!(read("charge.dispute.created", "needs_response"), (Kind::Is(ReversalState::Disputed), Some(1_800_000_000)));
        assert_eq!(read("charge.dispute.closed", "lost"), (Kind::Is(ReversalState::Lost), None));
        for kept in ["won", "warning_closed", "prevented"] {
            assert_eq!(read("charge.dispute.closed", kept), (Kind::Is(ReversalState::Won), None), "{kept}");
        }
    }

    #[test]
    fn of_refunds_only_those_that_failed_are_heard() {
        for kind in ["refund.failed", "refund.updated", "charge.refund.updated"] {
            for (status, is_heard) in [("failed", true), ("canceled", true), ("succeeded", false), ("pending", false), ("requires_action", false)] {
                let refund = json!({ "id": "re_1", "amount": 4136, "currency": "eur", "status": status, "charge": "ch_1", "payment_intent": "pi_1" });
                let read = Reversal::read(kind, &refund);
                assert_eq!(read.is_some(), is_heard, "{kind} {status}");
                if let Some(read) = read {
                    assert_eq!((read.id.as_str(), read.kind, read.payment.as_deref()), ("re_1", Kind::RefundFailed, Some("pi_1")));
                }
            }
        }
    }

    #[test]
    fn anything_else_is_none() {
        for (kind, object) in [
            ("charge.refunded", json!({ "id": "ch_1" })),
            ("refund.failed", json!({ "id": "re_1", "status": "failed" })),
            ("charge.dispute.created", json!("du_1")),
            ("charge.dispute.closed", json!({ "id": "x".repeat(256), "amount": 1, "currency": "eur", "status": "lost" })),
            ("charge.succeeded", json!({ "id": "ch_1", "amount_refunded": 1, "refunded": true, "currency": "eur" })),
        ] {
            assert_eq!(Reversal::read(kind, &object), None, "{kind}");
        }
    }
}
