//! Whatever an admin changes leaves its record, with what it was done to and without what nobody may read there.

use std::collections::BTreeSet;

use beadsbox_domain::{Role, StaffId, VoucherCode, ledger::Accounts};
use beadsbox_protocol::{
    admin::AdminAct,
    rows::{Device, Row, RowKey, Settings},
};
use beadsbox_testkit::{Session, TestDevice, fixtures};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Stage, introduction, raw};

/// What leaves no record here: it changes nothing, or keeps who did it elsewhere.
const WITHOUT: [(&str, &str); 5] = [
    ("POST", "/v1/admin/personal-data/find"),
    ("POST", "/v1/admin/mail/preview"),
    ("POST", "/v1/admin/mail/test"),
    ("POST", "/v1/admin/outbox-imports"),
    ("POST", "/v1/admin/quarantine/{device}/{incarnation}"),
];

/// An admin, what they administer, and what they have called.
struct Office {
    stage: Stage,
    device: TestDevice,
    session: Session,
    called: BTreeSet<(String, String)>,
}

impl Office {
    async fn open() -> Self {
        let stage = Stage::new().await;
        let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
        Self { stage, device, session, called: BTreeSet::new() }
    }

    async fn acts(&self) -> Vec<AdminAct> {
        self.device.call_as(&self.session.token, Method::GET, "/v1/admin/acts", None::<&()>).await.unwrap()
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        raw(method, &format!("{}{path}", self.stage.base), Some(&self.session.token), "application/json", body).await
    }

    /// Calls an endpoint about `id`, which leaves one record of that kind, by this admin; gives the answer and the record's details.
    async fn does(&mut self, call: (&str, &str), id: &str, body: &Value, kind: &str, subject: &str) -> (Value, Value) {
        let (method, path) = call;
        self.called.insert((method.to_owned(), path.to_owned()));
        let before = self.acts().await;
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let (status, answer) = self.ask(method, &path.replace("{id}", id), body).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        let after = self.acts().await;
        assert_eq!(after.len(), before.len() + 1, "{path} leaves one record");
        let act = &after[0];
        assert_eq!((act.kind.as_str(), act.subject.as_str(), act.staff), (kind, subject, self.session.staff.id), "{path}");
        (answer, act.details.clone())
    }

    async fn settings(&mut self) -> Settings {
        self.device.pull().await.unwrap();
        match self.device.cache.get(&RowKey::Settings) {
            Some(Row::Settings(settings)) => settings.clone(),
            other => panic!("no settings: {other:?}"),
        }
    }

    async fn row_of(&mut self, device: &TestDevice) -> Device {
        self.device.pull().await.unwrap();
        match self.device.cache.get(&RowKey::Device(device.id)) {
            Some(Row::Device(row)) => row.clone(),
            other => panic!("no device: {other:?}"),
        }
    }

    async fn people(&mut self) {
        let id = |answer: &Value| answer["id"].as_str().unwrap().to_owned();
        let new = json!({"name": "Camille", "role": "counter"});
        let (added, details) = self.does(("POST", "/v1/admin/staff"), "", &new, "staff_added", "Camille").await;
        assert_eq!(details, json!({"role": "counter"}));
        let who = id(&added);
        let patch = json!({"name": "Camila", "role": "counter"});
        let (_, details) = self.does(("PATCH", "/v1/admin/staff/{id}"), &who, &patch, "staff_changed", "Camila").await;
        assert_eq!(details, json!({"name": {"before": "Camille", "after": "Camila"}}), "and not what it is as before");
        let promoted = json!({"role": "back_office", "active": false});
        let (_, details) = self.does(("PATCH", "/v1/admin/staff/{id}"), &who, &promoted, "staff_changed", "Camila").await;
        assert_eq!(details, json!({"role": {"before": "counter", "after": "back_office"}, "active": {"before": true, "after": false}}));
        self.does(("PATCH", "/v1/admin/staff/{id}"), &who, &json!({"active": true}), "staff_changed", "Camila").await;
        let (badge, details) = self.does(("POST", "/v1/admin/staff/{id}/badge"), &who, &Value::Null, "badge_given", "Camila").await;
        assert!(badge["badge"].is_string());
        assert_eq!(details, json!({}), "never the badge itself");
        self.does(("DELETE", "/v1/admin/staff/{id}/badge"), &who, &Value::Null, "badge_taken", "Camila").await;
        let (made, details) = self.does(("POST", "/v1/admin/staff/{id}/password"), &who, &Value::Null, "password_reset", "Camila").await;
        assert_eq!(details, json!({"until": made["until"]}), "nor a password that serves once");
        let address = json!({"email": "camila@example.org"});
        let (_, details) = self.does(("PUT", "/v1/admin/staff/{id}/email"), &who, &address, "staff_address_changed", "Camila").await;
        assert_eq!(details, json!({"set": true}));

        let enabled = "INSERT INTO second_factor (staff_id, secret, since, last_step) VALUES ($1, $2, now(), 0)";
        sqlx::query(enabled).bind(who.parse::<Uuid>().unwrap()).bind(vec![7_u8; 20]).execute(&self.stage.pool).await.unwrap();
        let removal = json!({"reason": "lost the telephone"});
        let remove = ("POST", "/v1/admin/staff/{id}/second-factor/remove");
        let (_, details) = self.does(remove, &who, &removal, "second_factor_removed", "Camila").await;
        assert_eq!(details, removal);
    }

    async fn shops_and_devices(&mut self) {
        let new = json!({"name": "Alfama", "time_zone": "Europe/Lisbon"});
        let (shop, _) = self.does(("POST", "/v1/admin/shops"), "", &new, "shop_added", "Alfama").await;
        let (id, change) = (
            shop["id"].as_str().unwrap().to_owned(),
            json!({"row_version": 1, "name": "Alfama 2", "time_zone": "Europe/Lisbon",
            "country": "PT", "address": null, "closed": false}),
        );
        let (_, details) = self.does(("PUT", "/v1/admin/shops/{id}"), &id, &change, "shop_changed", "Alfama 2").await;
        assert_eq!(
            details,
            json!({"name": {"before": "Alfama", "after": "Alfama 2"}, "time_zone": "Europe/Lisbon", "country": "PT", "closed": false})
        );
        let (code, details) = self.does(("POST", "/v1/admin/enrolment-codes"), "", &json!({"shop_id": id}), "enrolment_code", "Alfama 2").await;
        assert!(code["code"].is_string());
        assert_eq!(details, json!({}), "never the code itself");

        let till = self.stage.bare_device("Till").await;
        let version = self.row_of(&till).await.row_version;
        let patch = json!({"row_version": version, "name": "Till 2", "shop_id": id});
        let (_, details) = self.does(("PATCH", "/v1/admin/devices/{id}"), &till.id.to_string(), &patch, "device_changed", "Till 2").await;
        assert_eq!(details, json!({"name": {"before": "Till", "after": "Till 2"}, "shop": id}));
        let limits = json!({"row_version": self.row_of(&till).await.row_version, "limits": null});
        self.does(("PUT", "/v1/admin/devices/{id}/limits"), &till.id.to_string(), &limits, "device_limits", "Till 2").await;
        self.does(("POST", "/v1/admin/devices/{id}/revoke"), &till.id.to_string(), &Value::Null, "device_revoked", "Till 2")
            .await;
    }

    async fn rules(&mut self) {
        let settings = self.settings().await;
        let change = json!({"row_version": settings.row_version, "policy": settings.policy});
        let (_, details) = self.does(("PUT", "/v1/admin/policy"), "", &change, "policy_changed", "").await;
        assert_eq!(details, json!({"policy": settings.policy}));
        let rows = json!([{"country": "DE", "months": 36}]);
        let change = json!({"row_version": self.settings().await.row_version, "least_validity": rows});
        let (_, details) = self.does(("PUT", "/v1/admin/least-validity"), "", &change, "least_validity_changed", "").await;
        assert_eq!(details, json!({"least_validity": rows}));
        let accounts = json!({"row_version": 1, "accounts": Accounts::default()});
        let (_, details) = self.does(("PUT", "/v1/admin/accounts"), "", &accounts, "accounts_changed", "").await;
        assert_eq!(details, json!({"accounts": Accounts::default()}));
    }

    async fn mail_and_jobs(&mut self) {
        let (_, setup) = self.ask(Method::GET, "/v1/admin/mail", &Value::Null).await;
        let change = json!({"row_version": setup["row_version"], "settings": setup["settings"]});
        let (_, details) = self.does(("PUT", "/v1/admin/mail"), "", &change, "mail_settings_changed", "").await;
        assert_eq!(details, json!({"settings": setup["settings"]}));
        let words = json!({"subject": "Beads", "body": "Dear {{ buyer }}"});
        let change = json!({"kind": "voucher", "language": "en", "row_version": 0, "words": words});
        let (_, details) = self.does(("PUT", "/v1/admin/mail/texts"), "", &change, "mail_text_changed", "").await;
        assert_eq!(details, json!({"text": "voucher", "language": "en", "own": true}));
        for (again, kind) in [(true, "job_tried_again"), (false, "job_ended")] {
            let id = Uuid::now_v7();
            let dead = "INSERT INTO job (id, kind, cause, payload, created_at, run_after, state, trouble, ended_at)
                 VALUES ($1, 'voucher_mail', $1, '{}', now(), now(), 'dead', 'refused', now())";
            sqlx::query(dead).bind(id).execute(&self.stage.pool).await.unwrap();
            let (_, details) = self.does(("POST", "/v1/admin/jobs/{id}"), &id.to_string(), &json!({"again": again}), kind, "").await;
            assert_eq!(details, json!({"job": id}));
        }
        let dead = "INSERT INTO job (id, kind, cause, payload, created_at, run_after, state, trouble, ended_at)
             SELECT id, 'voucher_mail', id, '{}', now(), now(), 'dead', 'unreachable', now() FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 3)) AS ids";
        sqlx::query(dead).execute(&self.stage.pool).await.unwrap();
        let which = json!({"trouble": "unreachable"});
        let (_, details) = self.does(("POST", "/v1/admin/jobs"), "", &which, "jobs_tried_again", "").await;
        assert_eq!(details, json!({"trouble": "unreachable", "jobs": 3}));
    }

    async fn shop_page(&mut self) {
        let (_, page) = self.ask(Method::GET, "/v1/admin/shop-page", &Value::Null).await;
        let settings = json!({"shop": self.stage.shop.id, "hold_hours": 24});
        let change = json!({"row_version": page["row_version"], "settings": settings});
        let name = self.stage.shop.name.clone();
        let (page, details) = self.does(("PUT", "/v1/admin/shop-page"), "", &change, "shop_page_changed", &name).await;
        assert_eq!((&page["settings"], details), (&settings, json!({"hold_hours": 24})));
        let id = Uuid::now_v7();
        let troubled =
            "INSERT INTO shop_order (id, form_id, form_key, state, payment, reservation, voucher_id, code, template_id, template_version, price_minor,
                 currency, shop_id, person_hash, language, created_at, holds_until, trouble)
             SELECT $1, $1, sha256('x'), 'reserved', 'card', '7KQ2M9XA', $1, $3, template_id, version, 4136, 'EUR', $2, sha256('y'), 'en', now(),
                 now() + interval '1 hour', 'amount_differs' FROM voucher_template_version LIMIT 1";
        sqlx::query(troubled)
            .bind(id)
            .bind(self.stage.shop.id.0)
            .bind(VoucherCode::from_random([7; 8]).compact())
            .execute(&self.stage.pool)
            .await
            .unwrap();
        let settlement = json!({"reason": "given back at Stripe"});
        let (page, details) = self.does(("POST", "/v1/admin/shop-orders/{id}"), &id.to_string(), &settlement, "order_settled", "").await;
        assert_eq!(page["troubled"], json!([]));
        assert_eq!(details, json!({"order": id, "trouble": "amount_differs", "reason": "given back at Stripe"}));
    }

    async fn personal_data(&mut self) {
        let mut till = self.stage.till("Noé").await;
        let person = fixtures::salted("Ada Lovelace");
        let content = introduction(&mut till).await;
        let (_, sale) = fixtures::sale(fixtures::INTRODUCTION, 1, content, &person);
        till.remember(&person);
        till.record(sale);
        till.push().await.unwrap();
        let hashes = json!([person.hash().unwrap()]);
        let (_, details) = self.does(("POST", "/v1/admin/personal-data/export"), "", &json!({"hashes": hashes}), "person_exported", "").await;
        assert_eq!(details, json!({"persons": 1, "vouchers": 1}));
        let erasure = json!({"hashes": hashes, "reason": "asked by letter"});
        let (_, details) = self.does(("POST", "/v1/admin/personal-data/erase"), "", &erasure, "person_erased", "").await;
        assert_eq!(details, json!({"persons": 1, "vouchers": 1, "reason": "asked by letter"}));
    }
}

#[tokio::test]
async fn whatever_an_admin_changes_leaves_its_record() {
    let mut office = Office::open().await;
    office.people().await;
    office.shops_and_devices().await;
    office.rules().await;
    office.mail_and_jobs().await;
    office.personal_data().await;
    office.shop_page().await;
    let expected: BTreeSet<(String, String)> = beadsbox_server::router_paths()
        .into_iter()
        .filter(|(method, path)| method != "GET" && path.starts_with("/v1/admin/") && !WITHOUT.contains(&(method.as_str(), path.as_str())))
        .collect();
    assert_eq!(office.called, expected, "every endpoint that changes something was called");
}

#[tokio::test]
async fn what_is_refused_leaves_no_record() {
    let office = Office::open().await;
    let nobody = StaffId(Uuid::now_v7());
    for (method, path, body) in [
        (Method::POST, "/v1/admin/shops".to_owned(), json!({"name": "Marais", "time_zone": "Europe/Paris"})),
        (Method::PUT, format!("/v1/admin/staff/{nobody}/email"), json!({"email": "nobody@example.org"})),
        (Method::DELETE, format!("/v1/admin/staff/{nobody}/badge"), Value::Null),
        (Method::POST, format!("/v1/admin/jobs/{}", Uuid::now_v7()), json!({"again": true})),
        (Method::POST, "/v1/admin/jobs".to_owned(), json!({"trouble": null})),
        (Method::PUT, "/v1/admin/accounts".to_owned(), json!({"row_version": 9, "accounts": Accounts::default()})),
    ] {
        let (status, _) = office.ask(method, &path, &body).await;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    assert_eq!(office.acts().await, []);
}
