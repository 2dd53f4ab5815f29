//! `/v1/admin/…`

use beadsbox_domain::Role;
use beadsbox_protocol::{
    ErrorCode,
    admin::{AddedStaff, DeviceStatus, EnrolmentCode},
    rows::{DeviceState, Row, RowKey, Shop, Staff},
};
use beadsbox_testkit::{Answer, TestDevice};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{PASSWORD, Stage};

struct Admin {
    device: TestDevice,
    token: String,
}

impl Admin {
    async fn new(stage: &Stage) -> Self {
        let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
        Self { device, token: session.token }
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: &Value) -> Answer<T> {
        let body = if body.is_null() { None } else { Some(body) };
        self.device.call_as(&self.token, method, &format!("/v1/admin/{path}"), body).await
    }
}

#[tokio::test]
async fn shops_are_added_and_reach_every_device() {
    let stage = Stage::new().await;
    let mut admin = Admin::new(&stage).await;
    let shop: Shop = admin.call(Method::POST, "shops", &json!({"name": " Alfama ", "time_zone": "Europe/Lisbon"})).await.unwrap();
    assert_eq!((shop.name.as_str(), shop.row_version), ("Alfama", 1));
    let taken = admin.call::<Shop>(Method::POST, "shops", &json!({"name": "ALFAMA", "time_zone": "Europe/Lisbon"})).await.unwrap_err();
    assert_eq!((taken.status, taken.code), (409, ErrorCode::NameTaken));
    for broken in [
        json!({"name": "", "time_zone": "Europe/Lisbon"}),
        json!({"name": "X", "time_zone": "Mars/Olympus"}),
        json!({"name": "X"}),
        json!({"name": "X", "time_zone": "UTC", "extra": 1}),
    ] {
        assert_eq!(admin.call::<Shop>(Method::POST, "shops", &broken).await.unwrap_err().code, ErrorCode::Malformed, "{broken}");
    }
    let shops: Vec<Shop> = admin.call(Method::GET, "shops", &Value::Null).await.unwrap();
    assert_eq!(shops.iter().map(|shop| shop.name.as_str()).collect::<Vec<_>>(), ["Alfama", "Marais"]);
    admin.device.pull().await.unwrap();
    assert_eq!(admin.device.cache[&RowKey::Shop(shop.id)], Row::Shop(shop));
}

#[tokio::test]
async fn staff_are_added_changed_and_barred() {
    let stage = Stage::new().await;
    let mut admin = Admin::new(&stage).await;
    let new = json!({"name": "Camille", "role": "counter"});
    let AddedStaff { staff, .. } = admin.call(Method::POST, "staff", &new).await.unwrap();
    assert_eq!(admin.call::<Staff>(Method::POST, "staff", &new).await.unwrap_err().code, ErrorCode::NameTaken);
    for broken in [
        json!({"name": "A", "password": PASSWORD, "role": "counter"}),
        json!({"name": "A", "role": "king"}),
        json!({"name": "\u{0}", "role": "admin"}),
    ] {
        assert_eq!(admin.call::<Staff>(Method::POST, "staff", &broken).await.unwrap_err().code, ErrorCode::Malformed, "{broken}");
    }
    let mut till = stage.bare_device("Till").await;
    sqlx::query("UPDATE staff SET one_time_until = NULL, password_hash = (SELECT password_hash FROM staff WHERE name = 'Adrien') WHERE id = $1")
        .bind(staff.id.0)
        .execute(&stage.pool)
        .await
        .unwrap();
    let session = till.sign_in("Camille", PASSWORD).await.unwrap();
    let path = format!("staff/{}", staff.id);
    let by_password = admin.call::<Staff>(Method::PATCH, &path, &json!({"password": "another password"})).await.unwrap_err();
    assert_eq!(by_password.code, ErrorCode::Malformed, "nobody sets another's password for good");
    let changed: Staff = admin.call(Method::PATCH, &path, &json!({"role": "back_office"})).await.unwrap();
    assert_eq!((changed.role, changed.active, changed.row_version), (Role::BackOffice, true, 2));
    let ended = till.call_as::<Value>(&session.token, Method::GET, "/v1/admin/shops", None::<&()>).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::SessionExpired, "another role ends their sessions");
    till.sign_in("Camille", PASSWORD).await.unwrap();
    let barred: Staff = admin.call(Method::PATCH, &path, &json!({"active": false})).await.unwrap();
    assert!(!barred.active);
    let back: Staff = admin.call(Method::PATCH, &path, &json!({"active": true})).await.unwrap();
    assert_eq!((back.active, back.row_version), (true, 4));
    admin.device.pull().await.unwrap();
    assert_eq!(admin.device.cache[&RowKey::Staff(staff.id)], Row::Staff(back));
    assert_eq!(
        admin.call::<Staff>(Method::PATCH, &format!("staff/{}", Uuid::now_v7()), &json!({})).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    let everybody: Vec<Staff> = admin.call(Method::GET, "staff", &Value::Null).await.unwrap();
    assert_eq!(everybody.iter().map(|staff| staff.name.as_str()).collect::<Vec<_>>(), ["Adrien", "Camille"]);
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let stage = Stage::new().await;
    let admin = Admin::new(&stage).await;
    let path = format!("staff/{}", admin.device.staff);
    for patch in [json!({"active": false}), json!({"role": "counter"})] {
        assert_eq!(admin.call::<Staff>(Method::PATCH, &path, &patch).await.unwrap_err().code, ErrorCode::LastAdmin);
    }
    stage.staff("Second", Role::Admin).await;
    admin.call::<Staff>(Method::PATCH, &path, &json!({"role": "counter"})).await.unwrap();
    assert_eq!(admin.call::<Vec<Staff>>(Method::GET, "staff", &Value::Null).await.unwrap_err().code, ErrorCode::SessionExpired);
}

#[tokio::test]
async fn devices_are_enrolled_listed_and_revoked() {
    let stage = Stage::new().await;
    let mut admin = Admin::new(&stage).await;
    let code: EnrolmentCode = admin.call(Method::POST, "enrolment-codes", &json!({"shop_id": stage.shop.id})).await.unwrap();
    assert_eq!(code.shop, stage.shop);
    let till = TestDevice::enrol(&stage.base, &code.code, "New till").await.unwrap();
    let unknown = admin.call::<EnrolmentCode>(Method::POST, "enrolment-codes", &json!({"shop_id": Uuid::now_v7()})).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
    let devices: Vec<DeviceStatus> = admin.call(Method::GET, "devices", &Value::Null).await.unwrap();
    assert_eq!(
        devices.iter().map(|status| status.device.name.as_str()).collect::<Vec<_>>(),
        ["Adrien", "New till"],
        "and not the server's own"
    );
    let path = format!("devices/{}/revoke", till.id);
    for _ in 0..2 {
        let status: DeviceStatus = admin.call(Method::POST, &path, &Value::Null).await.unwrap();
        assert_eq!((status.device.state, status.device.row_version), (DeviceState::Revoked, 2));
    }
    admin.device.pull().await.unwrap();
    let Row::Device(row) = &admin.device.cache[&RowKey::Device(till.id)] else { panic!("no device") };
    assert_eq!(row.state, DeviceState::Revoked);
    let own = admin.call::<DeviceStatus>(Method::POST, &format!("devices/{}/revoke", Uuid::nil()), &Value::Null).await.unwrap_err();
    assert_eq!(own.code, ErrorCode::NotFound, "the server's own is nobody's to revoke");
}
