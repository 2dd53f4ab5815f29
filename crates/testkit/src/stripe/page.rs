//! The payment page: a button. Whoever presses it has paid; the shop is told, and then the browser goes back.

use super::{
    Desk, PaidSession,
    http::{Request, Response},
    telling,
};

pub(super) async fn answer(desk: &Desk, request: &Request, id: &str) -> Response {
    if request.method == "POST" { press(desk, id).await } else { show(desk, id) }
}

fn show(desk: &Desk, id: &str) -> Response {
    match desk.books().sessions.get(id) {
        Some(session) => Response::html(format!(
            "<!doctype html><html lang=\"en\"><title>Pay</title><h1>Pay {} {}</h1><form method=\"post\"><button>Pay</button></form><a href=\"{}\">Back</a>",
            session.amount,
            session.get("line_items[0][price_data][currency]"),
            session.get("cancel_url"),
        )),
        None => Response::nothing(),
    }
}

/// Pays a session that is open. How it stands then.
///
/// # Panics
/// Where there is no such session.
pub(super) fn pay(desk: &Desk, id: &str) -> PaidSession {
    let mut books = desk.books();
    match books.sessions.get_mut(id) {
        Some(session) => {
            (session.status, session.payment_status) = ("complete", "paid");
            session.clone()
        }
        None => panic!("no session {id}"),
    }
}

async fn press(desk: &Desk, id: &str) -> Response {
    let session = pay(desk, id);
    telling::tell(desk, &session).await;
    Response::redirect(session.get("success_url"))
}
