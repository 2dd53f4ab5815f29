//! A payment is told to the shop until it is taken: the same event again and again, signed anew each time. <https://docs.stripe.com/webhooks#retries>

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Client;
use tokio::time::sleep;

use super::{Desk, PaidSession, StripeProvider, WEBHOOK_SECRET, event, signature};

/// Between two tellings of the same. Those of Stripe's are minutes, and later hours.
const PAUSE: Duration = Duration::from_secs(1);
/// How often something is told, at most: longer than any part of a system is away.
const TRIES: u32 = 240;
/// How long a shop may take to answer: longer than it gives itself.
const ANSWER_WITHIN: Duration = Duration::from_secs(25);

/// An event, on its way.
struct Telling {
    desk: Desk,
    client: Client,
    body: String,
}

/// Tells that the session was paid. Whoever waits for this waits for the first telling; where that is not taken, the others go on without them.
pub(super) async fn tell(desk: &Desk, session: &PaidSession) {
    if whom(desk).is_none() {
        return;
    }
    let telling = Telling { desk: desk.clone(), client: Client::new(), body: event("checkout.session.completed", session).1 };
    desk.books().untold += 1;
    if !telling.is_taken().await {
        tokio::spawn(telling.go_on());
    }
}

/// Where the shop takes events; none where it is told nothing.
fn whom(desk: &Desk) -> Option<String> {
    let books = desk.books();
    if books.silent { None } else { books.shop.clone() }
}

impl Telling {
    /// Tells it once. Whether the shop took it: any answer but 2xx says that it did not, as does none.
    async fn is_taken(&self) -> bool {
        let Some(shop) = whom(&self.desk) else { return false };
        let signed = signature(&self.body, WEBHOOK_SECRET, Timestamp::now().as_second());
        let told = self.client.post(shop).timeout(ANSWER_WITHIN).header("stripe-signature", signed).body(self.body.clone());
        let is_taken = told.send().await.is_ok_and(|answer| answer.status().is_success());
        if is_taken {
            self.desk.books().untold -= 1;
        }
        is_taken
    }

    /// Tells it again. Where it has been told too often, or there is nobody to tell it any more, it stays untold.
    async fn go_on(self) {
        for _ in 1..TRIES {
            sleep(PAUSE).await;
            if whom(&self.desk).is_none() {
                return;
            }
            self.desk.books().told_again += 1;
            if self.is_taken().await {
                return;
            }
        }
    }
}

impl StripeProvider {
    /// How many of its events the shop has not taken.
    pub fn untold(&self) -> usize {
        self.desk.books().untold
    }

    /// How often it told the same once more.
    pub fn told_again(&self) -> usize {
        self.desk.books().told_again
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::{io::BufReader, net::TcpListener};

    use super::*;
    use crate::stripe::http::{self, Response};

    #[tokio::test]
    async fn what_the_shop_does_not_take_it_is_told_again() {
        let (provider, shop) = (StripeProvider::start().await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        provider.tell(format!("http://{}/", shop.local_addr().unwrap()));
        let answering = tokio::spawn(async move {
            let mut bodies = Vec::new();
            for status in ["503 Service Unavailable", "200 OK"] {
                let mut stream = BufReader::new(shop.accept().await.unwrap().0);
                bodies.push(http::read(&mut stream).await.unwrap().unwrap().body);
                http::answer(&mut stream, &Response::json(status, &json!({}))).await.unwrap();
            }
            bodies
        });
        let session = PaidSession { id: "cs_test".to_owned(), asked: Vec::new(), status: "complete", payment_status: "paid", amount: 1, url: String::new() };
        tell(&provider.desk, &session).await;
        assert_eq!((provider.untold(), provider.told_again()), (1, 0), "whoever paid does not wait for the second time");
        let bodies = answering.await.unwrap();
        assert_eq!(bodies[0], bodies[1], "the same event");
        while provider.untold() > 0 {
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(provider.told_again(), 1);
    }
}
