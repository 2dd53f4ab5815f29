//! What lets people in without the server: by name, until the server says otherwise, and also where the cache that heard of it is gone.

use beadsbox_domain::{Role, StaffId};
use beadsbox_protocol::rows::{Row, Staff};
use beadsbox_store::{OfflineSignIn, SignInEnd};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::common::{self, Device, EPOCH, at, server::Server, snapshot};

const VERIFIER: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

fn sign_in(staff: StaffId, name: &str) -> OfflineSignIn {
    OfflineSignIn {
        staff,
        name: name.to_owned(),
        role: Role::BackOffice,
        verifier: Ok(VERIFIER.to_owned()),
        verified_at: at(5),
        failed: 0,
        blocked_until: None,
        sign_in_version: 4,
    }
}

fn row(staff: StaffId, name: &str, active: bool, sign_in_version: u64) -> Staff {
    Staff { id: staff, name: name.to_owned(), role: Role::Counter, active, pin: None, badge: None, sign_in_version, row_version: 9 }
}

fn other() -> StaffId {
    StaffId(Uuid::from_u128(0x57b00))
}

/// A page brings that row, and then the cache is gone.
fn hears(device: &Device, row: Staff) {
    let position = device.store.position().unwrap();
    let mut page = Server::new(EPOCH).page(&position.cursor, 0, 50);
    page.rows = vec![Row::Staff(row)];
    device.store.apply_page(&page, at(9)).unwrap();
    device.store.reset_cache().unwrap();
}

fn kept(device: &Device, name: &str) -> Option<OfflineSignIn> {
    device.store.offline_sign_in(name).unwrap()
}

#[test]
fn it_is_found_by_name_without_case_and_accents() {
    let device = Device::new();
    let zoe = sign_in(common::STAFF, "Zoé");
    device.store.keep_offline_sign_in(&zoe).unwrap();
    let device = device.reopen();
    for typed in ["Zoé", "zoe", " ZOÉ "] {
        assert!(kept(&device, typed).is_some_and(|found| found == zoe), "{typed}");
    }
    assert!(kept(&device, "Zo").is_none());
}

#[test]
fn two_people_whose_names_differ_in_accents_alone_are_two() {
    let device = Device::new();
    let (with, without) = (sign_in(common::STAFF, "René"), sign_in(other(), "Rene"));
    device.store.keep_offline_sign_in(&with).unwrap();
    device.store.keep_offline_sign_in(&without).unwrap();
    let staff = |typed: &str| kept(&device, typed).map(|found| found.staff);
    assert_eq!((staff("rené"), staff("RENÉ ")), (Some(with.staff), Some(with.staff)));
    assert_eq!((staff("rene"), staff("RENE")), (Some(without.staff), Some(without.staff)));
    assert_eq!(staff("Renè"), None, "either of them might be meant");
    // Again for one of them, and the other stays.
    device.store.keep_offline_sign_in(&OfflineSignIn { sign_in_version: 5, ..without.clone() }).unwrap();
    assert_eq!((staff("rené"), staff("rene")), (Some(with.staff), Some(without.staff)));
}

#[test]
fn whoever_is_barred_or_has_another_password_is_let_in_no_more_also_without_the_cache() {
    let device = Device::new();
    for (active, version, end) in [(false, 4, SignInEnd::Barred), (true, 5, SignInEnd::Changed)] {
        device.store.keep_offline_sign_in(&sign_in(common::STAFF, "Zoé")).unwrap();
        hears(&device, row(common::STAFF, "Zoé", active, version));
        assert_eq!(kept(&device, "Zoé").unwrap().verifier, Err(end));
    }
    device.store.keep_offline_sign_in(&sign_in(common::STAFF, "Zoé")).unwrap();
    assert_eq!(kept(&device, "Zoé").unwrap().verifier, Err(SignInEnd::Changed), "a sign-in that was under way while it was heard of");
    hears(&device, row(common::STAFF, "Zoé", false, 5));
    hears(&device, row(common::STAFF, "Zoé", true, 5));
    assert_eq!(kept(&device, "Zoé").unwrap().verifier, Err(SignInEnd::Changed), "let in again, by the server first");
    device.store.keep_offline_sign_in(&OfflineSignIn { sign_in_version: 5, ..sign_in(common::STAFF, "Zoé") }).unwrap();
    assert_eq!(kept(&device, "Zoé").unwrap().verifier.as_deref(), Ok(VERIFIER));
}

#[test]
fn another_name_or_role_is_followed_and_nobody_else_is_touched() {
    let device = Device::new();
    device.store.keep_offline_sign_in(&sign_in(common::STAFF, "Zoé")).unwrap();
    let bystander = sign_in(other(), "Adrien");
    device.store.keep_offline_sign_in(&bystander).unwrap();
    hears(&device, row(common::STAFF, "Zoé Martin", true, 4));
    assert!(kept(&device, "Zoé").is_none());
    let found = kept(&device, "zoe martin").unwrap();
    assert_eq!((found.staff, found.role, found.verifier.as_deref()), (common::STAFF, Role::Counter, Ok(VERIFIER)));
    assert!(kept(&device, "Adrien").is_some_and(|found| found == bystander));
    hears(&device, row(common::STAFF, "Zoé Martin", true, 3));
    assert!(kept(&device, "Zoé Martin").unwrap().verifier.is_ok(), "an older row than the one by which they were let in");
}

#[test]
fn a_load_tells_of_it_as_well() {
    let (server, device) = (snapshot::selling(3), Device::new());
    // The server's row of this person counts no change, and says what they are.
    device
        .store
        .keep_offline_sign_in(&OfflineSignIn { sign_in_version: 0, ..sign_in(common::STAFF, "Former name") })
        .unwrap();
    snapshot::load_all(&device.store, &snapshot::of(&server, 5));
    assert_eq!(kept(&device, "Zoé").map(|found| (found.staff, found.role)), Some((common::STAFF, Role::Admin)));
}

#[test]
fn a_server_that_was_restored_lets_everybody_in_anew() {
    let device = Device::new();
    device.store.keep_offline_sign_in(&sign_in(common::STAFF, "Zoé")).unwrap();
    device.store.adopt_epoch(EPOCH, 0).unwrap();
    assert!(kept(&device, "Zoé").is_some(), "the same epoch: only operations were lost on the way");
    device.store.adopt_epoch(Uuid::from_u128(0xe0c5), 0).unwrap();
    assert!(kept(&device, "Zoé").is_none(), "its backup may know another password, or nobody of that name");
}

#[test]
fn an_attempt_counts_before_its_password_is_looked_at() {
    let device = Device::new();
    let now = at(100);
    assert_eq!(device.store.begin_sign_in_attempt(common::STAFF, now).unwrap(), None, "nobody to guess at");
    device.store.keep_offline_sign_in(&sign_in(common::STAFF, "Zoé")).unwrap();
    for _ in 0..4 {
        assert_eq!(device.store.begin_sign_in_attempt(common::STAFF, now).unwrap(), None);
    }
    // The program ended before the fourth was looked at.
    let device = device.reopen();
    assert_eq!(device.store.begin_sign_in_attempt(common::STAFF, now).unwrap(), Some(now + SignedDuration::from_secs(2)));
    assert_eq!(kept(&device, "Zoé").unwrap().failed, 4, "what came too early does not count");
    device.store.forget_sign_in_attempts(common::STAFF).unwrap();
    assert_eq!(device.store.begin_sign_in_attempt(common::STAFF, now).unwrap(), None);
}
