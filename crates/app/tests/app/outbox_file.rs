//! A till that will not be online again: what it recorded goes by a file to the server, from another device, and is there once. Real files,
//! real devices, a real server.

use std::fs;

use crate::stage::{Centre, Till};
use beadsbox_app::{
    AppError, ErrorCode,
    view::{AnswerKind, QuarantineForm, RedemptionState, SaveOutboxForm, SavedOutbox, TakeInForm, TakenIn},
};
use beadsbox_domain::Status;
use tempfile::TempDir;

const VOUCHERS: &str = "SELECT count(*) FROM voucher";
const PERSONS: &str = "SELECT count(*) FROM person";
const ACCEPTED: &str = "SELECT count(*) FROM redemption WHERE outcome = 'accepted' AND undone_by IS NULL";
const CONFLICTS: &str = "SELECT count(*) FROM conflict";
const OPERATIONS: &str = "SELECT count(*) FROM operation WHERE device_id <> '00000000-0000-0000-0000-000000000000'";
const GAPS: &str = "SELECT coalesce(sum(gap), 0)::bigint FROM (SELECT max(dev_seq) - count(*) AS gap FROM operation
                    WHERE device_id <> '00000000-0000-0000-0000-000000000000' GROUP BY device_id, incarnation) AS each";

struct Stick(TempDir);

impl Stick {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    async fn try_to_save(&self, till: &Till, everything: bool) -> Result<SavedOutbox, AppError> {
        till.seat().save_outbox(SaveOutboxForm { folder: self.0.path().display().to_string(), everything }).await
    }

    async fn save(&self, till: &Till) -> SavedOutbox {
        self.try_to_save(till, false).await.unwrap()
    }

    /// The path of a file on a stick that stays in.
    async fn save_for(self, till: &Till) -> String {
        let path = self.save(till).await.file.path;
        let _ = self.0.keep();
        path
    }
}

async fn take_in(office: &Till, path: &str) -> Result<TakenIn, AppError> {
    let looked = office.seat().look_into_outbox_file(path.to_owned()).await?;
    office.seat().take_in_outbox_file(TakeInForm { path: looked.path, digest: looked.digest }).await
}

async fn books(centre: &Centre) -> [i64; 5] {
    [
        centre.count(VOUCHERS).await,
        centre.count(PERSONS).await,
        centre.count(ACCEPTED).await,
        centre.count(CONFLICTS).await,
        centre.count(OPERATIONS).await,
    ]
}

/// A till that is cut off, and has sold two vouchers and redeemed one that was sold before.
async fn cut_off(centre: &Centre) -> (Till, Vec<String>) {
    let till = centre.till("Montmartre", "Carla").await;
    let early = till.sell("Before").await.code;
    till.sync().await;
    till.go_offline().await;
    let codes = vec![early.clone(), till.sell("Offline One").await.code, till.sell("Offline Two").await.code];
    assert_eq!(till.seat().redeem(&early).await.unwrap().answer, AnswerKind::AcceptedOffline);
    (till, codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_what_a_till_saved_that_never_comes_back_is_on_the_server_once() {
    let centre = Centre::open().await;
    let (office, (till, codes)) = (centre.till("Marais", "Ada").await, cut_off(&centre).await);
    let stick = Stick::new();
    let saved = stick.save(&till).await;
    assert_eq!(till.seat().status_bar().await.unwrap().waiting, 3, "what waits goes on waiting");
    assert_eq!(
        (saved.file.operations, saved.file.sales, saved.file.redemptions, saved.file.first_seq, saved.file.last_seq),
        (3, 2, 1, 2, 4)
    );
    assert_eq!((saved.file.device.as_str(), saved.file.shop.as_str(), saved.file.sold.len()), ("Till Montmartre", "Montmartre", 1));
    // The till is gone for good.
    till.program.close();
    drop(till);

    let looked = office.seat().look_into_outbox_file(saved.file.path.clone()).await.unwrap();
    assert_eq!(looked, saved.file);
    assert_eq!(books(&centre).await, [1, 1, 0, 0, 1], "looking sends nothing");
    let taken = take_in(&office, &saved.file.path).await.unwrap();
    assert_eq!(taken, TakenIn { new: 3, applied: 3, ..TakenIn::default() });
    assert_eq!(books(&centre).await, [3, 3, 1, 0, 4]);
    office.sync().await;
    assert_eq!(office.status_of(&codes[0]).await, Status::Used);
    assert_eq!(office.status_of(&codes[1]).await, Status::Purchased);
    assert_eq!(office.page("Offline Two").await.rows[0].code, codes[2], "with its buyer");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_7_a_file_that_is_taken_in_again_or_overlaps_changes_nothing_that_is_known() {
    let centre = Centre::open().await;
    let (office, (till, _)) = (centre.till("Marais", "Ada").await, cut_off(&centre).await);
    let stick = Stick::new();
    let first = stick.save(&till).await;
    till.sell("After the first file").await;
    let second = stick.save(&till).await;
    assert_ne!(first.file.path, second.file.path);
    assert_eq!(take_in(&office, &first.file.path).await.unwrap().new, 3);
    let again = take_in(&office, &first.file.path).await.unwrap();
    assert_eq!((again.known, again.new, again.before.is_some()), (3, 0, true));
    assert_eq!(books(&centre).await, [3, 3, 1, 0, 4]);
    let overlapping = take_in(&office, &second.file.path).await.unwrap();
    assert_eq!((overlapping.known, overlapping.new, overlapping.applied, overlapping.before), (3, 1, 1, None));
    let older = take_in(&office, &first.file.path).await.unwrap();
    assert_eq!((older.known, older.new), (3, 0));
    assert_eq!((books(&centre).await, centre.count(GAPS).await), ([4, 4, 1, 0, 5], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_a_till_that_comes_back_after_its_file_was_taken_in_doubles_nothing() {
    let centre = Centre::open().await;
    let (office, (till, codes)) = (centre.till("Marais", "Ada").await, cut_off(&centre).await);
    let stick = Stick::new();
    let file = stick.save(&till).await;
    take_in(&office, &file.file.path).await.unwrap();
    till.sell("After the file").await;
    till.come_back().await;
    let status = till.sync().await;
    assert_eq!((status.waiting, status.refused, status.quarantined, status.trouble), (0, 0, 0, None));
    assert_eq!((books(&centre).await, centre.count(GAPS).await), ([4, 4, 1, 0, 5], 0));
    assert_eq!(till.seat().recent_redemptions().await.unwrap()[0].state, RedemptionState::Confirmed);
    office.sync().await;
    assert_eq!(office.status_of(&codes[0]).await, Status::Used);
    assert_eq!(stick.try_to_save(&till, false).await.unwrap_err().code, ErrorCode::NothingWaits);
    // The other way round: what the till sent itself is known when its file comes.
    assert_eq!(take_in(&office, &file.file.path).await.unwrap().new, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_a_redemption_that_comes_by_file_after_another_is_a_conflict() {
    let centre = Centre::open().await;
    let office = centre.till("Marais", "Ada").await;
    let (till, codes) = cut_off(&centre).await;
    office.sync().await;
    office.seat().redeem(&codes[0]).await.unwrap();
    office.sync().await;
    let taken = take_in(&office, &Stick::new().save_for(&till).await).await.unwrap();
    assert_eq!((taken.applied, taken.conflicts), (2, 1));
    assert_eq!((centre.count(ACCEPTED).await, centre.count(CONFLICTS).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_altered_cut_or_is_none_is_not_taken() {
    let centre = Centre::open().await;
    let (office, (till, _)) = (centre.till("Marais", "Ada").await, cut_off(&centre).await);
    let stick = Stick::new();
    let file = stick.save(&till).await;
    let whole = fs::read(&file.file.path).unwrap();
    let broken = stick.0.path().join("broken.beadsbox");
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    let other = [b"%PDF".as_slice(), &whole].concat();
    for (bytes, code) in [
        (altered.as_slice(), ErrorCode::ExportDamaged),
        (&whole[..whole.len() - 1], ErrorCode::ExportDamaged),
        (&whole[..40], ErrorCode::ExportDamaged),
        (&other, ErrorCode::NotAnExport),
        (b"", ErrorCode::NotAnExport),
    ] {
        fs::write(&broken, bytes).unwrap();
        assert_eq!(take_in(&office, broken.to_str().unwrap()).await.unwrap_err().code, code, "{} bytes", bytes.len());
    }
    // Another file in its place between the look and the yes.
    let looked = office.seat().look_into_outbox_file(file.file.path.clone()).await.unwrap();
    till.sell("Later").await;
    fs::copy(stick.save(&till).await.file.path, &file.file.path).unwrap();
    let error = office.seat().take_in_outbox_file(TakeInForm { path: file.file.path, digest: looked.digest }).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ChangedMeanwhile);
    assert_eq!(books(&centre).await, [1, 1, 0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_organisation_is_told_as_such() {
    let (centre, elsewhere) = (Centre::open().await, Centre::open().await);
    let (office, (till, _)) = (elsewhere.till("Marais", "Ada").await, cut_off(&centre).await);
    let path = Stick::new().save_for(&till).await;
    assert_eq!(take_in(&office, &path).await.unwrap_err().code, ErrorCode::ExportElsewhere);
    assert_eq!(elsewhere.count(OPERATIONS).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_a_device_that_the_backup_does_not_know_is_known_by_its_file() {
    let mut centre = Centre::open().await;
    let office = centre.till("Marais", "Ada").await;
    let backup = centre.back_up();
    let (till, codes) = cut_off(&centre).await;
    let stick = Stick::new();
    let (waits, everything) = (stick.save(&till).await, stick.try_to_save(&till, true).await.unwrap());
    till.program.close();
    centre.restore(&backup).await;
    office.sync().await;
    let error = take_in(&office, &waits.file.path).await.unwrap_err();
    assert_eq!((error.code, error.params["expected"].as_str()), (ErrorCode::ExportGap, "1"), "the restored server lacks the first one");
    assert_eq!(centre.count(OPERATIONS).await, 0);
    let taken = take_in(&office, &everything.file.path).await.unwrap();
    assert_eq!((taken.new, taken.applied, taken.recognised), (4, 4, true));
    assert_eq!(books(&centre).await, [3, 3, 1, 0, 4]);
    office.sync().await;
    assert_eq!(office.status_of(&codes[0]).await, Status::Used);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_tills_file_waits_for_an_admin_in_quarantine() {
    let centre = Centre::open().await;
    let (office, (till, _)) = (centre.till("Marais", "Ada").await, cut_off(&centre).await);
    let path = Stick::new().save_for(&till).await;
    office.sync().await;
    office.revoke("Till Montmartre").await;
    let taken = take_in(&office, &path).await.unwrap();
    assert_eq!((taken.new, taken.open, taken.applied, taken.quarantined), (3, 3, 0, true));
    assert_eq!(centre.count(VOUCHERS).await, 1, "nothing of it counts yet");
    assert_eq!(take_in(&office, &path).await.unwrap().new, 0);
    let waiting = office.seat().quarantine().await.unwrap();
    assert_eq!((waiting.len(), waiting[0].operations, waiting[0].sales), (1, 3, 2));
    let form = QuarantineForm {
        device_id: waiting[0].device_id.clone(),
        incarnation: waiting[0].incarnation,
        accept: true,
        reason: "The till was stolen after that".to_owned(),
    };
    assert!(office.seat().decide_quarantine(form).await.unwrap().is_empty());
    assert_eq!((centre.count(VOUCHERS).await, centre.count(ACCEPTED).await), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_copy_whose_original_went_on_is_not_taken_for_the_originals() {
    let centre = Centre::open().await;
    let office = centre.till("Marais", "Ada").await;
    let mut till = centre.till("Montmartre", "Ada").await;
    till.sell("Sold before there were two").await;
    till.sync().await;
    let clone = till.copy().await;
    till.go_offline().await;
    clone.until("offline", |status| !status.online).await;
    clone.sell("Sold by the clone").await;
    let path = Stick::new().save_for(&clone).await;
    clone.program.close();
    till.come_back().await;
    till.sell("Sold by the original").await;
    till.sync().await;
    let before = books(&centre).await;
    assert_eq!(take_in(&office, &path).await.unwrap_err().code, ErrorCode::ExportForked);
    assert_eq!(books(&centre).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_one_push_holds_goes_by_one_file() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Marais", "Ada").await, centre.till("Montmartre", "Carla").await);
    till.go_offline().await;
    for number in 0..26 {
        till.seat().sell(till.sale(&format!("Group {number}"), 20).await).await.unwrap();
    }
    let path = Stick::new().save_for(&till).await;
    let taken = take_in(&office, &path).await.unwrap();
    assert_eq!((taken.new, taken.applied), (520, 520));
    assert_eq!((centre.count(VOUCHERS).await, centre.count(GAPS).await), (520, 0));
    assert_eq!(centre.count("SELECT count(*) FROM outbox_import").await, 2, "of two parts");
}
