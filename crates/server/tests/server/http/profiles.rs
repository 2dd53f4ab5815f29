//! What a device is sent by its profile, at every endpoint that sends rows.

use beadsbox_domain::{Person, Role};
use beadsbox_protocol::{
    Profile,
    digest::{DigestAnswer, Digester, RangeDigest},
    flat::{FlatTexts, FlatVoucher},
    rows::{Row, VoucherRow},
    snapshot::{SNAPSHOT_FORMAT, SnapshotAnswer, content_hash},
};
use beadsbox_testkit::{TestDevice, fixtures};
use reqwest::Method;

use super::snapshot::{crowd, plain_chunks, ready};
use crate::support::{PASSWORD, Stage, sell};

/// Two counters and an office; the first counter sold a voucher to somebody with an address and a message.
struct Scene {
    stage: Stage,
    seller: TestDevice,
    counter: TestDevice,
    office: TestDevice,
    voucher: beadsbox_domain::VoucherId,
}

async fn scene() -> Scene {
    let stage = Stage::new().await;
    stage.staff("Camille", Role::Counter).await;
    let mut seller = stage.device_with_profile("One", Profile::Counter).await;
    seller.sign_in("Camille", PASSWORD).await.unwrap();
    let voucher = sell(&mut seller).await;
    let counter = stage.device_with_profile("Two", Profile::Counter).await;
    let office = stage.device_with_profile("Desk", Profile::Office).await;
    Scene { stage, seller, counter, office, voucher }
}

impl Scene {
    /// What each of the three is sent, as text: the counters' must not tell what the office's does.
    fn check(sent: &[String; 3]) {
        let [seller, counter, office] = sent;
        for text in [seller, counter] {
            assert!(text.contains("Ada Lovelace") && text.contains("Aunt Odile"), "a counter knows for whom a voucher is: {text}");
            assert!(!text.contains("buyer@example.org"), "an address");
            assert!(!text.contains("Happy birthday"), "a message");
        }
        assert!(office.contains("buyer@example.org") && office.contains("Happy birthday"));
    }

    async fn ask_each(&self, path: impl Fn(&TestDevice) -> String) -> [String; 3] {
        let mut sent = [String::new(), String::new(), String::new()];
        for (sent, device) in sent.iter_mut().zip([&self.seller, &self.counter, &self.office]) {
            *sent = device.call::<serde_json::Value>(Method::GET, &path(device), None::<&()>).await.unwrap().to_string();
        }
        sent
    }
}

#[tokio::test]
async fn a_counter_pulls_neither_addresses_nor_messages() {
    let scene = scene().await;
    let sent = scene
        .ask_each(|device| format!("/v1/sync/changes?epoch={}&incarnation=1&cursor=0&acked=0&limit=2000", device.epoch))
        .await;
    Scene::check(&sent);
}

#[tokio::test]
async fn a_counter_repairs_a_range_without_addresses_and_messages() {
    let scene = scene().await;
    Scene::check(&scene.ask_each(|device| format!("/v1/sync/range?epoch={}&kind=voucher", device.epoch)).await);
}

#[tokio::test]
async fn a_counters_snapshot_has_neither_addresses_nor_messages() {
    let scene = scene().await;
    crowd(&scene.stage).await;
    let mut sent = [String::new(), String::new(), String::new()];
    for (sent, device) in sent.iter_mut().zip([&scene.seller, &scene.counter, &scene.office]) {
        let manifest = ready(device).await;
        *sent = plain_chunks(device, &manifest).await.iter().map(|chunk| String::from_utf8_lossy(chunk).into_owned()).collect();
    }
    Scene::check(&sent);
    // Nor does it get the office's by its id.
    let office = ready(&scene.office).await;
    let problem = scene
        .counter
        .call::<serde_json::Value>(Method::GET, &format!("/v1/sync/snapshot/{}/0", office.id), None::<&()>)
        .await
        .unwrap_err();
    assert_eq!(problem.code, beadsbox_protocol::ErrorCode::SnapshotGone);
    let asked: SnapshotAnswer = scene.counter.call(Method::GET, "/v1/sync/snapshot", None::<&()>).await.unwrap();
    assert!(matches!(asked, SnapshotAnswer::Ready(manifest) if manifest.id != office.id));
}

#[tokio::test]
async fn a_counters_digest_is_over_what_it_is_sent() {
    let mut scene = scene().await;
    scene.office.pull().await.unwrap();
    let key = beadsbox_protocol::rows::RowKey::Voucher(scene.voucher);
    let Some(Row::Voucher(row)) = scene.office.cache.get(&key) else { panic!("no voucher") };
    let whole = fixtures::person("Ada Lovelace");
    let cut = Person { email: None, message: None, ..whole.clone() };
    for (device, person) in [(&scene.seller, &cut), (&scene.counter, &cut), (&scene.office, &whole)] {
        let path = format!(
            "/v1/sync/digest?epoch={}&format={SNAPSHOT_FORMAT}&cursor={}&kind=voucher&limit=10",
            device.epoch, scene.office.cursor.seq
        );
        let answer: DigestAnswer = device.call(Method::GET, &path, None::<&()>).await.unwrap();
        let (rows, digest) = digest_of(row, person);
        assert_eq!(answer, DigestAnswer::Range(RangeDigest { through: None, rows, digest }));
    }
}

fn digest_of(row: &VoucherRow, person: &Person) -> (u64, String) {
    let mut digester = Digester::default();
    let content = content_hash(&serde_json::to_string(&row.voucher.snapshot).unwrap());
    digester.voucher(&FlatVoucher::new(&row.voucher, &FlatTexts::of(&row.voucher).unwrap(), content, Some(person))).unwrap();
    digester.finish()
}

#[tokio::test]
async fn a_history_names_nobody_to_anybody() {
    let scene = scene().await;
    for text in scene.ask_each(|_| format!("/v1/vouchers/{}/history", scene.voucher)).await {
        assert!(text.contains("\"sell\""), "{text}");
        for part in ["Ada Lovelace", "Aunt Odile", "buyer@example.org", "Happy birthday"] {
            assert!(!text.contains(part), "{part}");
        }
    }
}
