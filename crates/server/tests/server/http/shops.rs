//! Shops that are changed and closed, and the least validity of vouchers by country.

use beadsbox_domain::{Role, ShopId};
use beadsbox_protocol::{
    ErrorCode,
    admin::{DeviceStatus, EnrolmentCode},
    rows::{Row, RowKey, Settings, Shop},
};
use beadsbox_testkit::{Answer, Session, TestDevice};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Stage, sell};

struct Admin {
    device: TestDevice,
    session: Session,
}

impl Admin {
    async fn new(stage: &Stage) -> Self {
        let (device, session) = stage.device_with_session("Adrien", Role::Admin).await;
        Self { device, session }
    }

    async fn add(&self, name: &str, time_zone: &str) -> Shop {
        let new = json!({"name": name, "time_zone": time_zone, "country": "ie", "address": "1 Quay\nCork"});
        self.device.call_as(&self.session.token, Method::POST, "/v1/admin/shops", Some(&new)).await.unwrap()
    }

    async fn change(&self, shop: &Shop, what: &Value) -> Answer<Shop> {
        let mut form = json!({"row_version": shop.row_version, "name": shop.name, "time_zone": shop.time_zone, "country": shop.country,
            "address": shop.address, "closed": shop.closed});
        for (field, value) in what.as_object().unwrap() {
            form[field] = value.clone();
        }
        self.device.call_as(&self.session.token, Method::PUT, &format!("/v1/admin/shops/{}", shop.id), Some(&form)).await
    }

    async fn code(&self, shop: ShopId) -> Answer<EnrolmentCode> {
        let new = json!({"shop_id": shop});
        self.device.call_as(&self.session.token, Method::POST, "/v1/admin/enrolment-codes", Some(&new)).await
    }
}

#[tokio::test]
async fn a_shop_is_changed_whole_and_reaches_every_device() {
    let stage = Stage::new().await;
    let mut admin = Admin::new(&stage).await;
    let shop = admin.add("Cork", "Europe/Dublin").await;
    assert_eq!((shop.country.unwrap().code(), shop.address.as_ref().unwrap().as_str()), ("IE", "1 Quay\nCork"));
    for broken in [json!({"name": ""}), json!({"time_zone": "Mars/Olympus"}), json!({"country": "XX"}), json!({"address": "x".repeat(301)})] {
        assert_eq!(admin.change(&shop, &broken).await.unwrap_err().code, ErrorCode::Malformed, "{broken}");
    }
    assert_eq!(admin.change(&shop, &json!({"name": "MARAIS"})).await.unwrap_err().code, ErrorCode::NameTaken);
    let changed = admin.change(&shop, &json!({"name": "Cork Quay", "country": null, "time_zone": "Europe/London"})).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.country, changed.time_zone.as_str()), ("Cork Quay", None, "Europe/London"));
    assert_eq!(admin.change(&shop, &json!({"name": "Later"})).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    admin.device.pull().await.unwrap();
    assert_eq!(admin.device.cache[&RowKey::Shop(shop.id)], Row::Shop(changed));
}

#[tokio::test]
async fn where_something_was_sold_the_days_stay_in_their_time_zone() {
    let stage = Stage::new().await;
    let admin = Admin::new(&stage).await;
    let mut till = stage.till("Camille").await;
    sell(&mut till).await;
    let refused = admin.change(&stage.shop, &json!({"time_zone": "Europe/Lisbon"})).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (409, ErrorCode::ShopInUse));
    admin.change(&stage.shop, &json!({"name": "Marais II", "country": "FR"})).await.unwrap();
}

#[tokio::test]
async fn a_shop_closes_once_nothing_stands_in_it_and_then_nothing_begins_there() {
    let stage = Stage::new().await;
    let admin = Admin::new(&stage).await;
    let shop = admin.add("Cork", "Europe/Dublin").await;
    let unused = admin.code(shop.id).await.unwrap();
    let till = TestDevice::enrol(&stage.base, &admin.code(shop.id).await.unwrap().code, "Till").await.unwrap();
    let refused = admin.change(&shop, &json!({"closed": true})).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (409, ErrorCode::ShopHasDevices));
    let revoke = format!("/v1/admin/devices/{}/revoke", till.id);
    admin.device.call_as::<DeviceStatus>(&admin.session.token, Method::POST, &revoke, None::<&()>).await.unwrap();
    let closed = admin.change(&shop, &json!({"closed": true})).await.unwrap();
    assert!(closed.closed);

    assert_eq!(admin.code(shop.id).await.unwrap_err().code, ErrorCode::ShopClosed);
    assert_eq!(
        TestDevice::enrol(&stage.base, &unused.code, "Late").await.unwrap_err().code,
        ErrorCode::ShopClosed,
        "also by a code from before"
    );
    let devices: Vec<DeviceStatus> = admin.device.call_as(&admin.session.token, Method::GET, "/v1/admin/devices", None::<&()>).await.unwrap();
    let own = devices.iter().find(|status| status.device.id == admin.device.id).unwrap();
    let path = format!("/v1/admin/devices/{}", own.device.id);
    let moved = json!({"row_version": own.device.row_version, "shop_id": shop.id});
    let refused = admin.device.call_as::<DeviceStatus>(&admin.session.token, Method::PATCH, &path, Some(&moved)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ShopClosed);

    admin.change(&closed, &json!({"closed": false})).await.unwrap();
    TestDevice::enrol(&stage.base, &unused.code, "Late").await.unwrap();
}

#[tokio::test]
async fn the_least_validity_is_set_whole_and_reaches_every_device() {
    let stage = Stage::new().await;
    let mut admin = Admin::new(&stage).await;
    admin.device.pull().await.unwrap();
    let Row::Settings(before) = admin.device.cache[&RowKey::Settings].clone() else { panic!("no settings") };
    assert!(before.least_validity.is_standard());
    let token = admin.session.token.clone();
    let put = async |rows: Value| {
        let change = json!({"row_version": before.row_version, "least_validity": rows});
        admin.device.call_as::<Settings>(&token, Method::PUT, "/v1/admin/least-validity", Some(&change)).await
    };
    for broken in [json!([{"country": "DE", "months": 0}]), json!([{"country": "DE", "months": 36}, {"country": "DE", "months": 12}])] {
        assert_eq!(put(broken).await.unwrap_err().code, ErrorCode::Malformed);
    }
    let set = put(json!([{"country": "DE", "months": 36}])).await.unwrap();
    assert_eq!(put(json!([])).await.unwrap_err().code, ErrorCode::ChangedMeanwhile);
    admin.device.pull().await.unwrap();
    assert_eq!(admin.device.cache[&RowKey::Settings], Row::Settings(set));
}
