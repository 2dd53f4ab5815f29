//! What a day's work leaves in the log that the program writes: that each thing was done, and nobody's name, no code and nothing that lets anybody in.

use std::{path::Path, time::Duration};

use beadsbox_domain::{
    Person, Role,
    text::{Email, Message, PersonName},
};
use beadsbox_protocol::{
    reservation::Reservation,
    rows::{Row, RowKey},
};
use beadsbox_testkit::{MailReceiver, Reception, ServerLog, ServerProcess, ServerProgram, Session, TestDevice, fixtures, reserve};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    mail::stage::record_sale_to,
    shop::stage::open_page,
    support::{PASSWORD, Stage, raw},
};

/// As long as one may be: no time of day and no id has it in it by chance.
const PIN: &str = "9073154821";
const GUESS: &str = "a guess at the password";
/// A mail server quotes whomever it wants.
const NOT_HERE: Reception = Reception::Refuse("550 5.1.1 <zazie@example.org>: Zazie Lefebvre is not here");
/// What nobody is to read in the log: of the buyer of a till, of one of the shop page, and what people sign in with.
const PRIVATE: [&str; 11] =
    ["Zazie", "Lefebvre", "zazie@example.org", "Gabriel", "Bon anniversaire", "Dubois", "lea@example.org", "Odile", PASSWORD, GUESS, PIN];
const FIND: &str = "/v1/admin/personal-data/find";

fn zazie() -> Person {
    Person {
        buyer: PersonName::new("Zazie Lefebvre").unwrap(),
        email: Some(Email::new("zazie@example.org").unwrap()),
        recipient: Some(PersonName::new("Oncle Gabriel").unwrap()),
        message: Some(Message::new("Bon anniversaire").unwrap()),
    }
}

/// Waits until the log says that.
async fn until_said(log: &Path, words: &str) {
    let said = async {
        while !std::fs::read_to_string(log).unwrap().contains(words) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), said).await.unwrap_or_else(|_| panic!("the log never says {words:?}"));
}

/// The program at work, alone on its database, and what it showed to whoever may see it.
struct Day {
    stage: Stage,
    receiver: MailReceiver,
    process: ServerProcess,
    shown: Vec<String>,
}

impl Day {
    async fn begin(log: &Path) -> Self {
        let (mut stage, receiver) = (Stage::new().await, MailReceiver::start().await.unwrap());
        open_page(&stage).await;
        stage.stop().await;
        let program = ServerProgram::new(env!("CARGO_BIN_EXE_beadsbox-server"), &stage.database);
        let mut process = program.server(ServerLog::File(log.to_owned())).unwrap();
        // More than it says by itself: everything that its own code has to say.
        process.set("RUST_LOG", "info,beadsbox_server=trace,sqlx=warn");
        process.set("SMTP_URL", receiver.url());
        process.set("MAIL_FROM", "vouchers@example.com");
        process.up().await.unwrap();
        stage.base = process.url();
        Self { stage, receiver, process, shown: Vec::new() }
    }

    /// Somebody signs in, not without a wrong password before.
    async fn person(&mut self, name: &str, role: Role) -> (TestDevice, Session) {
        let mut device = self.stage.bare_device(name).await;
        self.stage.staff(name, role).await;
        assert!(device.sign_in(name, GUESS).await.is_err());
        let session = device.sign_in(name, PASSWORD).await.unwrap();
        self.shown.extend([device.token.clone(), session.token.clone()]);
        (device, session)
    }

    /// An admin sets a PIN, and makes a badge and a code for another till, which enrols.
    async fn secrets(&mut self, (device, session): &(TestDevice, Session)) {
        let pin = json!({"password": PASSWORD, "pin": PIN});
        device.call_as::<()>(&session.token, Method::PUT, "/v1/sessions/pin", Some(&pin)).await.unwrap();
        let path = format!("/v1/admin/staff/{}/badge", session.staff.id);
        let badge: Value = device.call_as(&session.token, Method::POST, &path, None::<&()>).await.unwrap();
        let shop = json!({"shop_id": self.stage.shop.id});
        let code: Value = device.call_as(&session.token, Method::POST, "/v1/admin/enrolment-codes", Some(&shop)).await.unwrap();
        let (badge, code) = (badge["badge"].as_str().unwrap().to_owned(), code["code"].as_str().unwrap().to_owned());
        let enrolled = TestDevice::enrol(device.base(), &code, "Till").await.unwrap();
        self.shown.extend([badge, code, enrolled.token]);
    }

    /// Two vouchers for the same buyer. The mail of one is refused, that of the other comes; and something is pushed that nobody can read.
    async fn sales(&mut self, till: &mut TestDevice, log: &Path) {
        self.receiver.will([NOT_HERE]);
        let refused = record_sale_to(till, &zazie()).await;
        till.push().await.unwrap();
        until_said(log, "a job was given up").await;
        till.now += SignedDuration::from_secs(1);
        let mailed = record_sale_to(till, &zazie()).await;
        till.record_text(fixtures::stamp(till.now).op, "{\"buyer\":\"Zazie Lefebvre\"}".to_owned());
        till.push().await.unwrap();
        until_said(log, "vouchers were mailed").await;
        till.act(fixtures::ask(mailed)).await.unwrap();
        till.pull().await.unwrap();
        for voucher in [refused, mailed] {
            let Row::Voucher(row) = &till.cache[&RowKey::Voucher(voucher)] else { panic!("no voucher") };
            self.shown.extend([row.voucher.code.to_string(), row.voucher.code.compact()]);
        }
    }

    /// Somebody orders on the shop page and looks at the order; a till looks for it.
    async fn order(&mut self, (till, session): &(TestDevice, Session)) {
        let code = reserve(&self.stage.base, "Odile").await.unwrap();
        let said = json!({"code": code});
        let found: Reservation = till.call_as(&session.token, Method::POST, "/v1/reservations/find", Some(&said)).await.unwrap();
        assert_eq!(found.person.unwrap().buyer.as_str(), "Léa Dubois");
        let voucher = found.voucher_code.unwrap();
        self.shown.extend([code.replace('-', ""), code, voucher.to_string(), voucher.compact()]);
    }

    /// A buyer is looked for; by what nobody can read; and by a server that has lost them.
    async fn trouble(&self, (device, session): &(TestDevice, Session)) {
        let sought = json!({"text": "zazie@example.org"});
        let found: Value = device.call_as(&session.token, Method::POST, FIND, Some(&sought)).await.unwrap();
        assert_eq!(found["records"].as_array().map(Vec::len), Some(2));
        let broken = "{\"text\":[\"Zazie Lefebvre\"]}";
        for (method, path, body) in
            [(Method::POST, FIND, broken), (Method::POST, FIND, &broken[..20]), (Method::GET, "/v1/vouchers?limit=zazie@example.org", "")]
        {
            let (status, _) = raw(method, &format!("{}{path}", self.stage.base), Some(&session.token), "application/json", body).await;
            assert_eq!(status.as_u16(), 400, "{path} {body}");
        }
        sqlx::query("ALTER TABLE person RENAME TO nobody").execute(&self.stage.pool).await.unwrap();
        let lost = device.call_as::<Value>(&session.token, Method::POST, FIND, Some(&sought)).await.unwrap_err();
        assert_eq!(lost.status, 500);
    }
}

#[tokio::test]
async fn the_log_of_a_days_work_names_no_buyer_and_holds_no_code_and_nothing_that_lets_anybody_in() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut day = Day::begin(&log).await;
    let admin = day.person("Adrien", Role::Admin).await;
    day.secrets(&admin).await;
    let mut till = day.person("Camille", Role::Counter).await;
    day.sales(&mut till.0, &log).await;
    day.order(&till).await;
    day.trouble(&admin).await;
    assert!(day.process.stop().await.unwrap().success());

    let text = std::fs::read_to_string(&log).unwrap();
    // All of it is in there.
    for words in ["set a PIN", "administered", "a job was given up", "vouchers were mailed", "a voucher was ordered", "a request failed", "/v1/sync/push"] {
        assert!(text.contains(words), "the log does not say {words:?}: {text}");
    }
    for private in PRIVATE.into_iter().chain(day.shown.iter().map(String::as_str)) {
        let told: Vec<&str> = text.lines().filter(|line| line.to_lowercase().contains(&private.to_lowercase())).collect();
        assert!(told.is_empty(), "{private:?} is in the log: {told:#?}");
    }
    // Whoever has the address of an order's page sees the order: the kind of page is named, and no page.
    let kind = "/vouchers/orders/{order}";
    assert!(text.contains(kind) && !text.replace(kind, "").contains("/vouchers/orders/"), "{text}");
}
