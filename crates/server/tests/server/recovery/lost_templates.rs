//! Sales of what a restore lost: a template, or a version of one.

use beadsbox_domain::{Operation, Outcome, TemplateContent, TemplateId};
use beadsbox_testkit::{
    TestDevice,
    fixtures::{self, INTRODUCTION},
};
use uuid::Uuid;

use super::facts;
use crate::support::{Stage, introduction, last_outcome, until_waiting};

/// Two tills and an office, and a backup of the server.
struct Scene {
    stage: Stage,
    tills: [TestDevice; 2],
    office: TestDevice,
    backup: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let tills = [stage.till("Camille").await, stage.till("Theo").await];
        let office = stage.office("Margaux").await;
        let backup = tempfile::tempdir().unwrap();
        stage.database.dump(&backup.path().join("backup"));
        Self { stage, tills, office, backup }
    }

    async fn rewind(&mut self) {
        let restored = self.stage.database.restored(&self.backup.path().join("backup")).await;
        self.stage.move_to(restored).await;
        for device in self.tills.iter_mut().chain([&mut self.office]) {
            *device = device.clone().at(&self.stage.base);
        }
    }
}

fn record_sale(till: &mut TestDevice, template: TemplateId, version: u32, content: &TemplateContent) {
    let person = fixtures::salted("Ada Lovelace");
    till.remember(&person);
    till.record(fixtures::sale(template, version, content.clone(), &person).1);
}

/// The server takes what waits, and its reply is lost.
async fn push_unanswered(till: &TestDevice) {
    till.send(&till.push_request(1, till.outbox.len() as u64)).await.unwrap();
}

#[tokio::test]
async fn rule_10_a_sale_of_a_lost_version_whose_reply_was_lost_is_taken_whoever_comes_back_first() {
    for till_first in [true, false] {
        let mut scene = Scene::new().await;
        let edited = TemplateContent { price: fixtures::euros(9900), ..introduction(&mut scene.office).await };
        let edit = Operation::EditTemplate { template: INTRODUCTION, based_on: 1, content: edited.clone() };
        assert_eq!(scene.office.act(edit).await.unwrap(), Outcome::Applied);
        record_sale(&mut scene.tills[0], INTRODUCTION, 2, &edited);
        push_unanswered(&scene.tills[0]).await;
        let before = facts(&scene.stage.pool).await;

        scene.rewind().await;
        let mut order = [&mut scene.tills[0], &mut scene.office];
        if !till_first {
            order.reverse();
        }
        for device in order {
            device.come_back().await.unwrap();
        }
        assert_eq!(last_outcome(&scene.tills[0]), Outcome::Applied, "the customer has paid");
        assert_eq!(facts(&scene.stage.pool).await, before);
    }
}

#[tokio::test]
async fn sales_of_a_lost_template_that_come_back_at_once_are_all_taken() {
    let mut scene = Scene::new().await;
    let (template, content) = (TemplateId(Uuid::now_v7()), fixtures::content("Beads by candle light", 4500, None));
    let create = Operation::CreateTemplate { template, content: content.clone() };
    assert_eq!(scene.office.act(create).await.unwrap(), Outcome::Applied);
    for till in &mut scene.tills {
        record_sale(till, template, 1, &content);
    }
    // One has a receipt, and one has none.
    scene.tills[0].push().await.unwrap();
    push_unanswered(&scene.tills[1]).await;
    let before = facts(&scene.stage.pool).await;

    scene.rewind().await;
    // Nobody writes before all have looked.
    let mut holder = scene.stage.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE voucher_template IN SHARE MODE").execute(&mut *holder).await.unwrap();
    let devices = scene.tills.iter().chain([&scene.office]).cloned();
    let returning: Vec<_> = devices
        .map(|mut device| {
            tokio::spawn(async move {
                device.come_back().await.unwrap();
                device
            })
        })
        .collect();
    until_waiting(&scene.stage, 3).await;
    holder.rollback().await.unwrap();
    for device in returning {
        assert_eq!(last_outcome(&device.await.unwrap()), Outcome::Applied);
    }
    assert_eq!(facts(&scene.stage.pool).await, before);
}

#[tokio::test]
async fn what_was_never_said_is_not_sold_where_nothing_was_lost() {
    let mut scene = Scene::new().await;
    let content = TemplateContent { price: fixtures::euros(1), ..introduction(&mut scene.office).await };
    record_sale(&mut scene.tills[0], INTRODUCTION, 2, &content);
    record_sale(&mut scene.tills[0], TemplateId(Uuid::now_v7()), 1, &content);
    scene.tills[0].push().await.unwrap();
    assert!(scene.tills[0].results.values().all(|result| matches!(result.result, Some(Outcome::Rejected { .. }))));
    assert_eq!(scene.stage.count("SELECT count(*) FROM voucher").await, 0);
}
