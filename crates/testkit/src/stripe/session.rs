//! Checkout sessions: <https://docs.stripe.com/api/checkout/sessions>.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Desk, SECRET_KEY,
    http::{Request, Response},
};

/// A session.
#[derive(Debug, Clone)]
pub struct PaidSession {
    /// `cs_test_…`
    pub id: String,
    /// What it was made with.
    pub asked: Vec<(String, String)>,
    /// `open`, `complete` or `expired`.
    pub status: &'static str,
    /// `unpaid` or `paid`.
    pub payment_status: &'static str,
    /// What was paid, in the currency's units.
    pub amount: i64,
    /// Its page.
    pub url: String,
}

impl PaidSession {
    /// What it was asked for under that name.
    pub fn get(&self, name: &str) -> &str {
        self.asked.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// As the API says it.
    pub fn json(&self) -> Value {
        let intent = (self.payment_status == "paid").then(|| self.id.replace("cs_", "pi_"));
        json!({
            "id": self.id, "object": "checkout.session", "url": self.url, "status": self.status, "payment_status": self.payment_status,
            "amount_total": self.amount, "currency": self.get("line_items[0][price_data][currency]"),
            "client_reference_id": self.get("client_reference_id"), "payment_intent": intent, "livemode": false,
        })
    }
}

fn refused(status: &'static str, code: &str) -> Response {
    Response::json(status, &json!({ "error": { "type": "invalid_request_error", "code": code, "message": "as the test wants it" } }))
}

/// What the API answers.
pub(super) fn answer(desk: &Desk, request: &Request) -> Response {
    {
        let mut books = desk.books();
        if books.away {
            return Response::json("503 Service Unavailable", &json!({}));
        }
        if request.header("authorization") != Some(&format!("Bearer {SECRET_KEY}")) {
            return refused("401 Unauthorized", "api_key_invalid");
        }
        books.asked += 1;
    }
    match (request.method.as_str(), request.path.strip_prefix("/v1/checkout/sessions")) {
        ("POST", Some("")) => make(desk, request),
        ("GET", Some(id)) if desk.books().stuck.as_deref() == Some(id.trim_start_matches('/')) => Response::json("500 Internal Server Error", &json!({})),
        ("GET", Some(id)) => match desk.books().sessions.get(id.trim_start_matches('/')) {
            Some(session) => Response::json("200 OK", &session.json()),
            None => refused("404 Not Found", "resource_missing"),
        },
        _ => refused("404 Not Found", "resource_missing"),
    }
}

fn make(desk: &Desk, request: &Request) -> Response {
    let asked: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let Some(key) = request.header("idempotency-key").map(str::to_owned) else {
        return refused("400 Bad Request", "idempotency_key_missing");
    };
    let mut books = desk.books();
    if let Some((id, before)) = books.keys.get(&key) {
        // The same key with another request is an error of the caller's.
        if *before != asked {
            return refused("400 Bad Request", "idempotency_error");
        }
        return Response::json("200 OK", &books.sessions.get(id).map(PaidSession::json).unwrap_or_default());
    }
    if !asked.iter().all(|(name, value)| name != "customer_email" || value.is_ascii()) {
        return refused("400 Bad Request", "email_invalid");
    }
    let id = format!("cs_test_{}", Uuid::now_v7().simple());
    let mut session = PaidSession { url: format!("{}/pay/{id}", desk.root), id: id.clone(), asked, status: "open", payment_status: "unpaid", amount: 0 };
    let amount = session.get("line_items[0][price_data][unit_amount]").parse();
    let is_whole = session.get("mode") == "payment" && !session.get("success_url").is_empty();
    match amount {
        Ok(amount) if is_whole => session.amount = amount,
        _ => return refused("400 Bad Request", "parameter_invalid"),
    }
    books.keys.insert(key, (id.clone(), session.asked.clone()));
    let answer = Response::json("200 OK", &session.json());
    books.sessions.insert(id, session);
    answer
}
