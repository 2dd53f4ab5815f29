//! Events about money that was paid: given back, or asked back by a bank. <https://docs.stripe.com/api/charges>, <https://docs.stripe.com/api/disputes>.

use serde_json::{Value, json};

use super::{PaidSession, StripeProvider, event_about};

fn intent(session: &PaidSession) -> String {
    session.id.replace("cs_", "pi_")
}

impl StripeProvider {
    /// The same event, as if it had been so many seconds later, or before.
    ///
    /// # Panics
    /// Where it is none.
    pub fn later((id, body): &(String, String), seconds: i64) -> (String, String) {
        let Ok(mut event) = serde_json::from_str::<Value>(body) else { panic!("no event: {body}") };
        event["created"] = json!(super::now_in_seconds() + seconds);
        (id.clone(), event.to_string())
    }

    /// So much of it was given back by now, in the currency's units. The event's id, and its body.
    pub fn refunded(session: &PaidSession, amount: i64) -> (String, String) {
        let charge = json!({
            "id": session.id.replace("cs_", "ch_"), "object": "charge", "amount": session.amount, "amount_refunded": amount, "refunded": amount == session.amount,
            "currency": session.get("line_items[0][price_data][currency]"), "payment_intent": intent(session),
            "metadata": { "order": session.get("payment_intent_data[metadata][order]") }, "livemode": false,
        });
        event_about("charge.refunded", &charge)
    }

    /// A refund of so much, in the currency's units, stands like that; told by an event of that kind. A refund has no metadata of its payment.
    pub fn refund_is(kind: &str, session: &PaidSession, amount: i64, status: &str) -> (String, String) {
        let refund = json!({
            "id": session.id.replace("cs_", "re_"), "object": "refund", "amount": amount, "currency": session.get("line_items[0][price_data][currency]"),
            "charge": session.id.replace("cs_", "ch_"), "payment_intent": intent(session), "status": status, "failure_reason": "expired_or_canceled_card",
            "metadata": {},
        });
        event_about(kind, &refund)
    }

    /// Whoever paid had their bank ask it back; `kind` is `created` or `closed`, `status` how Stripe says that it stands. A dispute has no metadata.
    pub fn disputed(kind: &str, session: &PaidSession, status: &str) -> (String, String) {
        let dispute: Value = json!({
            "id": session.id.replace("cs_", "du_"), "object": "dispute", "amount": session.amount, "currency": session.get("line_items[0][price_data][currency]"),
            "charge": session.id.replace("cs_", "ch_"), "payment_intent": intent(session), "reason": "fraudulent", "status": status, "metadata": {},
            "evidence_details": { "due_by": 1_900_000_000, "has_evidence": false }, "livemode": false,
        });
        event_about(&format!("charge.dispute.{kind}"), &dispute)
    }
}
