//! A dump that is loaded into a new database, with devices that are ahead of it.

use beadsbox_domain::{ConflictKind, Operation, Outcome, Role, TemplateContent, VoucherId};
use beadsbox_protocol::{ErrorCode, Profile};
use beadsbox_server::organisation;
use beadsbox_testkit::{
    TestDevice,
    fixtures::{self, INTRODUCTION},
};
use rstest::rstest;
use sqlx::PgPool;

use super::{facts, told};
use crate::support::{Stage, introduction, last_outcome, sell, undo, until_waiting};

/// Devices with work on a server, and a backup from the middle of it.
struct Scene {
    stage: Stage,
    devices: Vec<TestDevice>,
    backup: tempfile::TempDir,
    /// Sold before the backup, and redeemed after it.
    voucher: VoucherId,
}

async fn redeem_twice(first: &mut TestDevice, second: &mut TestDevice, voucher: VoucherId) {
    assert_eq!(first.act(fixtures::honour(voucher)).await.unwrap(), Outcome::Applied);
    assert!(matches!(second.act(fixtures::honour(voucher)).await.unwrap(), Outcome::Conflict { .. }));
}

/// Two tills and an office from before the backup, and a till with its person from after it. All four work on the same vouchers.
async fn scene() -> Scene {
    let stage = Stage::new().await;
    let (mut one, mut two, mut office) = (stage.till("Camille").await, stage.till("Theo").await, stage.office("Margaux").await);
    let voucher = sell(&mut one).await;
    let backup = tempfile::tempdir().unwrap();
    stage.database.dump(&backup.path().join("backup"));

    let mut late = stage.till("Lou").await;
    redeem_twice(&mut one, &mut two, voucher).await;
    let undone = sell(&mut late).await;
    let redemption = one.record(fixtures::ask(undone));
    one.push().await.unwrap();
    assert_eq!(office.act(undo(undone, redemption)).await.unwrap(), Outcome::Applied);
    assert_eq!(late.act(fixtures::ask(undone)).await.unwrap(), Outcome::Applied);
    assert!(matches!(two.act(fixtures::ask(undone)).await.unwrap(), Outcome::Rejected { .. }));
    let cancelled = sell(&mut two).await;
    assert_eq!(office.act(Operation::Cancel { voucher: cancelled, reason: fixtures::reason() }).await.unwrap(), Outcome::Applied);

    let edited = TemplateContent { price: fixtures::euros(9900), ..introduction(&mut office).await };
    let edit = Operation::EditTemplate { template: INTRODUCTION, based_on: 1, content: edited.clone() };
    assert_eq!(office.act(edit).await.unwrap(), Outcome::Applied);
    let person = fixtures::salted("Grace Hopper");
    late.remember(&person);
    assert_eq!(late.act(fixtures::sale(INTRODUCTION, 2, edited, &person).1).await.unwrap(), Outcome::Applied);
    Scene { stage, devices: vec![one, two, office, late], backup, voucher }
}

impl Scene {
    /// The server on the backup; the devices find it there.
    async fn rewind(&mut self) {
        let restored = self.stage.database.restored(&self.backup.path().join("backup")).await;
        self.stage.move_to(restored).await;
        for device in &mut self.devices {
            *device = device.clone().at(&self.stage.base);
        }
    }

    async fn come_back(&mut self, order: [usize; 4]) {
        for number in order {
            let device = &mut self.devices[number];
            let outcome = device.come_back().await;
            if number == 3 {
                assert_eq!(outcome.unwrap_err().code, ErrorCode::UnknownDevice, "it enrolled after the backup");
                device.recognise().await.unwrap();
                device.push().await.unwrap();
            } else {
                outcome.unwrap();
            }
        }
    }
}

async fn operations(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM operation").fetch_one(pool).await.unwrap()
}

#[rstest]
#[case([0, 1, 2, 3])]
#[case([3, 2, 1, 0])]
#[case([1, 3, 0, 2])]
#[tokio::test]
async fn rule_10_after_a_dump_is_loaded_devices_give_back_everything_in_any_order(#[case] order: [usize; 4]) {
    let mut scene = scene().await;
    let (before, epoch) = (facts(&scene.stage.pool).await, scene.stage.server.as_ref().unwrap().epoch());
    let told_before: Vec<_> = scene.devices.iter().map(told).collect();
    scene.rewind().await;
    assert_ne!(scene.stage.server.as_ref().unwrap().epoch(), epoch, "another database is another epoch");
    assert_ne!(facts(&scene.stage.pool).await, before, "the backup lacks something");

    scene.come_back(order).await;
    assert_eq!(facts(&scene.stage.pool).await, before);
    assert_eq!(scene.devices.iter().map(told).collect::<Vec<_>>(), told_before, "what people were told stays");

    // Once more changes nothing.
    let count = operations(&scene.stage.pool).await;
    for device in &mut scene.devices {
        device.acked = 0;
        device.push().await.unwrap();
        device.pull().await.unwrap();
    }
    assert_eq!((facts(&scene.stage.pool).await, operations(&scene.stage.pool).await), (before, count));
    assert_eq!(scene.devices.iter().map(told).collect::<Vec<_>>(), told_before);
    // The fifth rule holds as well: all hold the same rows.
    assert_eq!(crate::support::sorted_rows(&scene.devices[0]), crate::support::sorted_rows(&scene.devices[3]));
}

#[tokio::test]
async fn rule_10_a_redemption_made_since_the_restore_is_the_other_side_of_the_one_that_comes_back() {
    let mut scene = scene().await;
    scene.rewind().await;
    let mut since = scene.stage.till("Noor").await;
    assert_eq!(since.act(fixtures::ask(scene.voucher)).await.unwrap(), Outcome::Applied, "the server does not know better");
    let accepted_since = since.outbox[0].op;

    scene.come_back([2, 1, 0, 3]).await;
    let first = scene.devices[0].outbox[1].op;
    let rows: Vec<(uuid::Uuid, String)> = sqlx::query_as("SELECT op_id, outcome FROM redemption WHERE voucher_id = $1 ORDER BY outcome")
        .bind(scene.voucher.0)
        .fetch_all(&scene.stage.pool)
        .await
        .unwrap();
    assert_eq!(rows.iter().filter(|(_, outcome)| outcome == "accepted").map(|(op, _)| *op).collect::<Vec<_>>(), [first.0]);
    assert_eq!(rows.len(), 3);

    since.pull().await.unwrap();
    let conflict = since.cache.values().find_map(|row| match row {
        beadsbox_protocol::rows::Row::Conflict(row) if row.conflict.other.op == accepted_since => Some(row.conflict.clone()),
        _ => None,
    });
    let conflict = conflict.expect("the other shop hears of it");
    assert_eq!((conflict.kind, conflict.accepted.map(|stamp| stamp.op)), (ConflictKind::DoubleRedemption, Some(first)));
    assert_eq!(last_outcome(&since), Outcome::Applied, "what was told in the new epoch stays as well");
}

#[tokio::test]
async fn rule_7_a_second_restore_changes_no_outcome() {
    let mut scene = scene().await;
    let before = facts(&scene.stage.pool).await;
    let told_before: Vec<_> = scene.devices.iter().map(told).collect();
    for order in [[1, 2, 0, 3], [3, 0, 2, 1]] {
        scene.stage.clock.advance(jiff::SignedDuration::from_mins(1));
        scene.rewind().await;
        scene.come_back(order).await;
        assert_eq!(facts(&scene.stage.pool).await, before);
        assert_eq!(scene.devices.iter().map(told).collect::<Vec<_>>(), told_before);
    }
}

#[tokio::test]
async fn devices_of_a_lost_shop_that_ask_at_once_are_all_known_again() {
    let mut scene = scene().await;
    let shop = organisation::add_shop(&scene.stage.pool, "Belleville", "Europe/Paris").await.unwrap();
    let mut late = Vec::new();
    for name in ["Till 1", "Till 2"] {
        let code = organisation::add_enrolment_code(&scene.stage.pool, shop.id, Profile::Counter).await.unwrap();
        late.push(TestDevice::enrol(&scene.stage.base, &code.code, name).await.unwrap());
    }
    scene.rewind().await;

    // Everybody has looked, and nobody has written yet.
    let mut holder = scene.stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE device, shop IN SHARE MODE").execute(&mut *holder).await.unwrap();
    let askers = [&late[0], &late[0], &late[1]].map(|device| {
        let mut device = device.clone().at(&scene.stage.base);
        tokio::spawn(async move { device.recognise().await })
    });
    until_waiting(&scene.stage, 3).await;
    holder.rollback().await.unwrap();
    for asker in askers {
        asker.await.unwrap().unwrap();
    }
    let known = "SELECT count(*) FROM device d JOIN shop s ON s.id = d.shop_id WHERE s.name = 'Belleville'";
    assert_eq!(scene.stage.count(known).await, 2);
}

#[tokio::test]
async fn a_lost_device_is_known_again_only_by_its_certificate_and_its_key() {
    let mut scene = scene().await;
    scene.rewind().await;
    let late = scene.devices[3].clone();
    let knock = async |change: fn(&mut beadsbox_protocol::enrol::RecogniseRequest)| {
        let mut request = late.recognise_request();
        change(&mut request);
        let answer: beadsbox_testkit::Answer<serde_json::Value> = late.call(reqwest::Method::POST, "/v1/devices/recognise", Some(&request)).await;
        answer.map(drop).map_err(|problem| problem.code)
    };
    assert_eq!(knock(|request| request.certificate = request.proof.clone()).await, Err(ErrorCode::UnknownDevice));
    assert_eq!(knock(|request| request.proof = request.certificate.clone()).await, Err(ErrorCode::UnknownDevice));
    assert_eq!(knock(|request| request.profile = Profile::Counter).await, Err(ErrorCode::UnknownDevice));
    assert_eq!(knock(|request| request.shop.id = beadsbox_domain::ShopId(uuid::Uuid::now_v7())).await, Err(ErrorCode::UnknownDevice));
    // Another token than the one in the proof: whoever overheard the request gains nothing.
    let stolen: beadsbox_testkit::Answer<serde_json::Value> =
        late.call_as("00", reqwest::Method::POST, "/v1/devices/recognise", Some(&late.recognise_request())).await;
    assert_eq!(stolen.unwrap_err().code, ErrorCode::UnknownDevice);
    assert_eq!(knock(|_| ()).await, Ok(()));
    assert_eq!(knock(|_| ()).await, Ok(()), "and again, where the reply was lost");

    let (_, admin) = scene.stage.device_with_session("Adrien", Role::Admin).await;
    let path = format!("/v1/admin/devices/{}/revoke", late.id);
    let _: serde_json::Value = late.call_as(&admin.token, reqwest::Method::POST, &path, None::<&()>).await.unwrap();
    assert_eq!(knock(|_| ()).await, Err(ErrorCode::DeviceRevoked));
}
