//! Buyers who are found, handed out, erased, and kept no longer.

use beadsbox_domain::{Operation, PersonHash, Policy, Role, VoucherId};
use beadsbox_protocol::{
    ErrorCode,
    admin::AdminAct,
    person::SaltedPerson,
    personal_data::{Erased, MOST_RECORDS, PersonErasure, PersonExport, PersonRecords, PersonSearch},
    report::{Liability, ReportQuery},
    rows::{Row, RowKey, Settings},
};
use beadsbox_testkit::{
    Answer, Session, TestDevice,
    fixtures::{self, INTRODUCTION},
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};

use crate::support::{Stage, introduction};

/// Nobody else in a test is called so.
const BUYER: &str = "Zbigniew Wolpertinger";

struct Office {
    device: TestDevice,
    session: Session,
}

impl Office {
    async fn new(stage: &Stage) -> Self {
        let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
        Self { device, session }
    }

    async fn find(&self, text: &str) -> Answer<PersonRecords> {
        let search = PersonSearch { text: text.to_owned() };
        self.device.call_as(&self.session.token, Method::POST, "/v1/admin/personal-data/find", Some(&search)).await
    }

    async fn export(&self, hashes: Vec<PersonHash>) -> Answer<PersonRecords> {
        let export = PersonExport { hashes };
        self.device.call_as(&self.session.token, Method::POST, "/v1/admin/personal-data/export", Some(&export)).await
    }

    async fn erase(&self, hashes: Vec<PersonHash>, reason: &str) -> Answer<Erased> {
        let erasure = PersonErasure { hashes, reason: reason.to_owned() };
        self.device.call_as(&self.session.token, Method::POST, "/v1/admin/personal-data/erase", Some(&erasure)).await
    }

    async fn acts(&self) -> Vec<AdminAct> {
        self.device.call_as(&self.session.token, Method::GET, "/v1/admin/acts", None::<&()>).await.unwrap()
    }

    async fn liability(&self, stage: &Stage) -> Liability {
        let day = stage.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let query = ReportQuery::of(day.checked_sub(jiff::Span::new().days(2)).unwrap(), day);
        crate::books::report(&self.device, &self.session, "liability", &query).await.unwrap()
    }

    async fn keep_for(&mut self, months: u32) {
        self.device.pull().await.unwrap();
        let Row::Settings(before) = self.device.cache[&RowKey::Settings].clone() else { panic!("no settings") };
        let policy = Policy { buyers_kept_months: months, ..before.policy };
        let change = json!({"row_version": before.row_version, "policy": policy});
        self.device.call_as::<Settings>(&self.session.token, Method::PUT, "/v1/admin/policy", Some(&change)).await.unwrap();
    }
}

/// Sells to that person and pushes.
async fn sell_to(device: &mut TestDevice, person: &SaltedPerson) -> VoucherId {
    let content = introduction(device).await;
    let (voucher, operation) = fixtures::sale(INTRODUCTION, 1, content, person);
    device.remember(person);
    device.record(operation);
    device.push().await.unwrap();
    voucher
}

fn hashes(records: &PersonRecords) -> Vec<PersonHash> {
    records.records.iter().map(|record| record.hash).collect()
}

/// Every column of every table in which that text stands, whatever its kind.
async fn where_it_stands(pool: &PgPool, text: &str) -> Vec<String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(columns.len() > 100, "it looks at all of them");
    let mut found = Vec::new();
    for (table, column) in columns {
        // Bytes are looked at as the text that they may be.
        let sql = format!(
            "SELECT count(*) FROM \"{table}\" WHERE position(lower($1) IN lower(\"{column}\"::text)) > 0
                 OR position(encode(convert_to($1, 'UTF8'), 'hex') IN \"{column}\"::text) > 0"
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(text).fetch_one(pool).await.unwrap();
        if rows > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

#[tokio::test]
async fn a_person_is_found_by_a_part_of_a_name_or_address_and_handed_out() {
    let stage = Stage::new().await;
    let office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let person = fixtures::salted(BUYER);
    let voucher = sell_to(&mut till, &person).await;
    sell_to(&mut till, &fixtures::salted("Ada 100% \"Quote\" \\ O'Hara")).await;
    for text in ["wolpertinger", "ZBIGNIEW W", "  niew  "] {
        let found = office.find(text).await.unwrap();
        assert_eq!((hashes(&found), found.more), (vec![person.hash().unwrap()], false), "{text}");
    }
    for text in ["buyer@example.org", "aunt od"] {
        assert_eq!(office.find(text).await.unwrap().records.len(), 2, "{text}: address and recipient are looked at");
    }
    for text in ["100%", "\"quote\"", "\\ o'h"] {
        assert_eq!(office.find(text).await.unwrap().records.len(), 1, "{text}: taken by the letter");
    }
    // Neither the names of fields nor messages.
    for text in ["recipient", "birthday", "100_", "' OR 1=1 --", "\u{202e}x", "a\0b"] {
        assert_eq!(office.find(text).await.unwrap().records, [], "{text}");
    }
    for text in ["", "x", " y ", "\u{301}\u{300}", &"x".repeat(255)] {
        assert_eq!(office.find(text).await.unwrap_err().code, ErrorCode::Malformed, "{text:?}");
    }
    let handed = office.export(vec![person.hash().unwrap()]).await.unwrap();
    let record = &handed.records[0];
    assert_eq!((record.person.buyer.as_str(), record.vouchers.len(), record.vouchers[0].id), (BUYER, 1, voucher));
    assert_eq!((record.vouchers[0].price.minor, record.vouchers[0].shop.as_str()), (4136, "Marais"));
    let act = &office.acts().await[0];
    assert_eq!(
        (act.kind.as_str(), &act.details),
        ("person_exported", &json!({"persons": 1, "vouchers": 1})),
        "kept, without the person"
    );
}

/// As the list of vouchers finds them: a letter asks for Helene, and the sale was Hélène's.
#[tokio::test]
async fn a_person_is_found_however_the_name_is_spelt_and_erased_everywhere() {
    let stage = Stage::new().await;
    let office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let spelt = ["Hélène Groß", "He\u{301}le\u{300}ne Gross", "HÉLÈNE GROSS", "Helene Groß", "helene gross"];
    let mut expected = Vec::new();
    for name in spelt {
        let person = fixtures::salted(name);
        sell_to(&mut till, &person).await;
        expected.push(person.hash().unwrap());
    }
    sell_to(&mut till, &fixtures::salted("Hélas Groseille")).await;
    expected.sort();
    for text in spelt.into_iter().chain(["ELENE GR", "groß", "gross"]) {
        let mut found = hashes(&office.find(text).await.unwrap());
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
    let found = office.find("helene").await.unwrap();
    let refused = office.erase(hashes(&found), "Helene asked by letter").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ReasonNamesPerson, "in whatever spelling");
    assert_eq!(office.erase(hashes(&found), "asked by letter").await.unwrap(), Erased { persons: 5, vouchers: 5 });
    for text in spelt {
        assert_eq!(office.find(text).await.unwrap().records, [], "{text}");
    }
    assert_eq!(office.find("groseille").await.unwrap().records.len(), 1, "and nobody else goes");
}

/// More of them than are read at once, and no more told than fit: those whose names come first.
#[tokio::test]
async fn a_search_through_many_is_bounded_and_ordered() {
    let stage = Stage::new().await;
    let office = Office::new(&stage).await;
    sqlx::query(
        "INSERT INTO person (hash, salt, person) SELECT sha256(salt || convert_to(person, 'UTF8')), salt, person
         FROM (SELECT int4send(n) || '\\x000000000000000000000000'::bytea AS salt,
                      json_build_object('buyer', 'Éloïse ' || lpad(n::text, 6, '0'))::text AS person FROM generate_series(1, 12000) n) AS p",
    )
    .execute(&stage.pool)
    .await
    .unwrap();
    let found = office.find("eloise").await.unwrap();
    assert!(found.more);
    let buyers: Vec<&str> = found.records.iter().map(|record| record.person.buyer.as_str()).collect();
    let expected: Vec<String> = (1..=buyers.len()).map(|number| format!("Éloïse {number:06}")).collect();
    assert_eq!((buyers.len(), buyers), (MOST_RECORDS, expected.iter().map(String::as_str).collect()));
    assert_eq!(office.find("ELOISE 012000").await.unwrap().records.len(), 1, "the last of them too");
}

#[tokio::test]
async fn whoever_is_erased_is_gone_everywhere_and_the_books_stay() {
    let stage = Stage::new().await;
    let mut office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    // Offline during all of it; it sold the second voucher itself.
    let mut away = stage.till("Noé").await;
    let (person, second, other) = (fixtures::salted(BUYER), fixtures::salted(BUYER), fixtures::salted("Ada Lovelace"));
    let vouchers = [sell_to(&mut till, &person).await, sell_to(&mut away, &second).await];
    let kept = sell_to(&mut till, &other).await;
    for device in [&mut till, &mut away, &mut office.device] {
        device.pull().await.unwrap();
    }
    let before = (office.liability(&stage).await.lines, stage.count("SELECT count(*) FROM operation").await);
    assert_eq!(where_it_stands(&stage.pool, "Wolpertinger").await, ["person.person"], "it stands in one place");

    let found = office.find("wolpertinger").await.unwrap();
    for reason in ["Wolpertinger asked for it", "for zbigniew", "buyer@example.org wrote"] {
        assert_eq!(office.erase(hashes(&found), reason).await.unwrap_err().code, ErrorCode::ReasonNamesPerson, "{reason}");
    }
    assert_eq!(office.erase(hashes(&found), " ").await.unwrap_err().code, ErrorCode::Malformed);
    let erased = office.erase(hashes(&found), "asked by letter").await.unwrap();
    assert_eq!(erased, Erased { persons: 2, vouchers: 2 });
    assert_eq!(office.erase(hashes(&found), "asked by letter").await.unwrap_err().code, ErrorCode::NotFound, "once is enough");
    assert_eq!(office.export(hashes(&found)).await.unwrap_err().code, ErrorCode::NotFound);

    // The one that was away works on, and then hears of it.
    away.record(fixtures::honour(vouchers[1]));
    away.push().await.unwrap();
    for device in [&mut till, &mut away, &mut office.device] {
        device.pull().await.unwrap();
        for voucher in vouchers {
            let Row::Voucher(row) = &device.cache[&RowKey::Voucher(voucher)] else { panic!("no voucher") };
            assert_eq!(row.person, None, "with the next pull");
        }
        let Row::Voucher(row) = &device.cache[&RowKey::Voucher(kept)] else { panic!("no voucher") };
        assert_eq!(row.person.as_ref().unwrap().buyer.as_str(), "Ada Lovelace", "and nobody else");
        assert!(!device.cache.values().any(|row| serde_json::to_string(row).unwrap().contains("Wolpertinger")));
    }
    let nowhere: Vec<String> = Vec::new();
    assert_eq!(where_it_stands(&stage.pool, "Wolpertinger").await, nowhere);
    assert_eq!(office.find("wolpertinger").await.unwrap().records, []);

    // Operations, chains and books are as they were.
    assert_eq!(stage.count("SELECT count(*) FROM operation").await, before.1 + 1);
    for device in [&till, &away] {
        let tip: Vec<u8> = sqlx::query_scalar("SELECT chain_hash FROM device_life WHERE device_id = $1")
            .bind(device.id.0)
            .fetch_one(&stage.pool)
            .await
            .unwrap();
        assert_eq!(tip, device.outbox.last().unwrap().hash.0, "the chain goes on where the device's does");
    }
    let after = office.liability(&stage).await.lines;
    assert_eq!(after.len(), before.0.len());
    assert_eq!(after[0].closing + 4136, before.0[0].closing, "what was redeemed since, to the cent");
    let act = &office.acts().await[0];
    assert_eq!((act.kind.as_str(), act.staff, act.subject.as_str()), ("person_erased", office.session.staff.id, ""));
    assert_eq!(act.details, json!({"reason": "asked by letter", "persons": 2, "vouchers": 2}));
}

#[tokio::test]
async fn what_was_erased_does_not_come_back_with_its_operations() {
    let stage = Stage::new().await;
    let office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let person = fixtures::salted(BUYER);
    sell_to(&mut till, &person).await;
    let again = till.push_request(1, 1);
    office.erase(vec![person.hash().unwrap()], "asked by letter").await.unwrap();
    assert_eq!(again.persons.len(), 1);
    till.send(&again).await.unwrap();
    assert_eq!(office.find("wolpertinger").await.unwrap().records, [], "a batch whose answer was lost");

    // Under the same hash in another operation, as a device would that a restore has lost.
    let (_, operation) = fixtures::sale(INTRODUCTION, 1, introduction(&mut till).await, &person);
    till.record(operation);
    till.push().await.unwrap();
    assert_eq!(office.find("wolpertinger").await.unwrap().records, []);
    // A sale under another salt is another record.
    sell_to(&mut till, &fixtures::salted(BUYER)).await;
    assert_eq!(office.find("wolpertinger").await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn no_snapshot_gives_them_out_again() {
    let stage = Stage::new().await;
    let office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let person = fixtures::salted(BUYER);
    sell_to(&mut till, &person).await;
    crate::http::snapshot::crowd(&stage).await;
    let made = crate::http::snapshot::ready(&till).await;
    office.erase(vec![person.hash().unwrap()], "asked by letter").await.unwrap();
    let path = format!("/v1/sync/snapshot/{}/0", made.id);
    assert_eq!(till.call::<serde_json::Value>(Method::GET, &path, None::<&()>).await.unwrap_err().code, ErrorCode::SnapshotGone);
    assert_eq!(stage.count("SELECT count(*) FROM snapshot_chunk").await, 0);
    assert_ne!(crate::http::snapshot::ready(&till).await.id, made.id, "another is made, without them");
}

#[tokio::test]
async fn buyers_are_kept_for_as_long_as_the_organisation_says() {
    let stage = Stage::new().await;
    let mut office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let (done, open, both) = (fixtures::salted("Done Buyer"), fixtures::salted("Open Buyer"), fixtures::salted("Both Buyer"));
    let (used, _) = (sell_to(&mut till, &done).await, sell_to(&mut till, &open).await);
    let of_both = [sell_to(&mut till, &both).await, sell_to(&mut till, &both).await];
    for voucher in [used, of_both[0]] {
        till.record(fixtures::honour(voucher));
    }
    till.push().await.unwrap();
    let server = stage.server.as_ref().unwrap();
    let far = stage.clock.now() + SignedDuration::from_hours(24 * 90);
    office.keep_for(3).await;
    assert_eq!(server.forget_buyers_now().await.unwrap(), 0, "not yet");
    stage.clock.set(far);
    office.session = office.device.sign_in("Adrien", crate::support::PASSWORD).await.unwrap();
    office.keep_for(0).await;
    assert_eq!(server.forget_buyers_now().await.unwrap(), 0, "0 is for ever");
    office.keep_for(3).await;
    stage.clock.advance(SignedDuration::from_hours(24 * 3));
    // However many look at once.
    let (one, two) = tokio::join!(server.forget_buyers_now(), server.forget_buyers_now());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    office.session = office.device.sign_in("Adrien", crate::support::PASSWORD).await.unwrap();
    let left = office.find(" buyer").await.unwrap();
    let mut names: Vec<&str> = left.records.iter().map(|record| record.person.buyer.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Both Buyer", "Open Buyer"], "whoever has an open voucher is kept");
    let act = &office.acts().await[0];
    assert_eq!((act.kind.as_str(), act.staff.0.is_nil(), &act.details["persons"]), ("buyers_outlived", true, &json!(1)));

    till.now = stage.clock.now();
    let cancel = Operation::Cancel { voucher: of_both[1], reason: fixtures::reason() };
    assert_eq!(server.forget_buyers_now().await.unwrap(), 0);
    office.device.now = stage.clock.now();
    office.device.act(cancel).await.unwrap();
    stage.clock.advance(SignedDuration::from_hours(24 * 200));
    assert_eq!(server.forget_buyers_now().await.unwrap(), 0, "a cancelled one is owed in money");
}

#[tokio::test]
async fn a_device_whose_clock_is_years_behind_has_nobody_forgotten_too_early() {
    let stage = Stage::new().await;
    let mut office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let voucher = sell_to(&mut till, &fixtures::salted(BUYER)).await;
    office.keep_for(3).await;
    till.now -= SignedDuration::from_hours(24 * 3 * 365);
    till.record(fixtures::honour(voucher));
    till.push().await.unwrap();
    assert_eq!(
        stage.count("SELECT count(*) FROM voucher WHERE status = 'used' AND since_at < sold_at").await,
        1,
        "as the device says it"
    );
    let server = stage.server.as_ref().unwrap();
    assert_eq!(server.forget_buyers_now().await.unwrap(), 0);
    stage.clock.advance(SignedDuration::from_hours(24 * 95));
    assert_eq!(server.forget_buyers_now().await.unwrap(), 1, "counted from when the server heard of it");
}

#[tokio::test]
async fn who_comes_back_behind_an_erasure_goes_with_the_next_look() {
    let stage = Stage::new().await;
    let office = Office::new(&stage).await;
    let mut till = stage.till("Camille").await;
    let person = fixtures::salted(BUYER);
    let voucher = sell_to(&mut till, &person).await;
    office.erase(vec![person.hash().unwrap()], "asked by letter").await.unwrap();
    // As a push would that began before the erasure was committed.
    let bring_back = "INSERT INTO person (hash, salt, person) VALUES ($1, $2, $3)";
    sqlx::query(bring_back)
        .bind(person.hash().unwrap().0.as_slice())
        .bind(hex::decode(&person.salt).unwrap())
        .bind(&person.person)
        .execute(&stage.pool)
        .await
        .unwrap();
    assert_eq!(stage.server.as_ref().unwrap().forget_buyers_now().await.unwrap(), 1);
    till.pull().await.unwrap();
    let Row::Voucher(row) = &till.cache[&RowKey::Voucher(voucher)] else { panic!("no voucher") };
    assert_eq!(row.person, None);
}
