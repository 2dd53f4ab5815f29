//! People change at a shared till by badge, PIN or password; a till that nobody touches is locked. All of it without the server.

use std::time::Duration;

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::{
    AppError, ErrorCode,
    view::{AnswerKind, PasswordForm, Phase, PinForm, PinSignIn, SessionEnd, SessionView, SignInForm, StaffForm},
};
use beadsbox_domain::Role;
use jiff::SignedDuration;

const PIN: &str = "402817";

fn code_of<T>(answer: Result<T, AppError>) -> ErrorCode {
    answer.err().map(|error| error.code).unwrap()
}

async fn id_of(till: &Till, name: &str) -> String {
    let people = till.program.people().await.unwrap();
    people.into_iter().find(|person| person.name == name).unwrap().id
}

/// What a scanner reads from that person's new badge.
async fn badge(office: &Till, name: &str) -> String {
    let made = office.seat().create_badge(&id_of(office, name).await).await.unwrap();
    assert_eq!(made.name, name);
    made.qr.text
}

async fn by_pin(till: &Till, name: &str, pin: &str) -> Result<SessionView, AppError> {
    till.program.switch_by_pin(PinSignIn { staff_id: id_of(till, name).await, pin: pin.to_owned() }).await
}

async fn who_redeemed_last(till: &Till) -> String {
    till.seat().recent_redemptions().await.unwrap().remove(0).staff
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_makes_everything_that_persons_from_then_on() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Bruno").await);
    let carlas = badge(&office, "Carla").await;
    let (first, second) = (till.sell("Buyer").await, till.sell("Buyer").await);
    till.sync().await;
    till.go_offline().await;
    till.seat().redeem(&first.code).await.unwrap();
    assert_eq!(who_redeemed_last(&till).await, "Bruno");
    let session = till.program.switch_by_badge(&carlas).await.unwrap();
    assert_eq!((session.name.as_str(), session.by_password, session.locked), ("Carla", false, false));
    assert_eq!(till.seat().redeem(&second.code).await.unwrap().answer, AnswerKind::AcceptedOffline);
    assert_eq!(who_redeemed_last(&till).await, "Carla");
    assert_eq!(till.seat().status_bar().await.unwrap().person, "Carla");

    for nobodys in ["MBBB1:", "MBBB1:0000000000000000000000000000000000000000", "4028-1755"] {
        assert_eq!(code_of(till.program.switch_by_badge(nobodys).await), ErrorCode::UnknownBadge, "{nobodys}");
    }
    assert_eq!(till.program.session_view().unwrap().name, "Carla", "and the person stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_badge_ends_the_old_one_and_so_does_barring() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Bruno").await);
    let old = badge(&office, "Carla").await;
    till.sync().await;
    till.program.switch_by_badge(&old).await.unwrap();
    let new = badge(&office, "Carla").await;
    till.sync().await;
    assert_eq!(code_of(till.program.switch_by_badge(&old).await), ErrorCode::UnknownBadge);
    till.program.switch_by_badge(&new.to_lowercase()).await.unwrap();
    office.seat().delete_badge(&id_of(&office, "Carla").await).await.unwrap();
    till.sync().await;
    assert_eq!(code_of(till.program.switch_by_badge(&new).await), ErrorCode::UnknownBadge);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_badge_the_till_is_theirs_and_nothing_else() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let adas = badge(&office, "Ada").await;
    till.sync().await;
    till.program.switch_by_badge(&adas).await.unwrap();
    till.sell("Buyer").await;
    assert_eq!(code_of(till.seat().sync_overview().await), ErrorCode::NeedsPassword, "an admin's badge opens no office");
    let form = SignInForm::new("Ada", PASSWORD);
    assert!(till.program.unlock(form).await.unwrap().by_password);
    till.seat().sync_overview().await.unwrap();
    till.program.switch_by_badge(&adas).await.unwrap();
    till.seat().sync_overview().await.unwrap();
    assert!(till.program.session_view().unwrap().by_password, "the same person keeps what their password opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_locked_nobody_records_anything() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let bruno = centre.till("Montmartre", "Bruno").await;
    bruno
        .seat()
        .set_pin(PinForm { password: PASSWORD.to_owned(), pin: PIN.to_owned(), again: PIN.to_owned() })
        .await
        .unwrap();
    let carlas = badge(&office, "Carla").await;
    till.sync().await;
    till.go_offline().await;
    till.program.lock();
    assert!(till.program.session_view().unwrap().locked);
    assert_eq!(till.program.seat().err().map(|error| error.code), Some(ErrorCode::Locked));
    assert!(!till.program.seat_behind_lock().unwrap().status_bar().await.unwrap().online, "how the sync stands is still told");
    assert_eq!(code_of(by_pin(&till, "Bruno", "402818").await), ErrorCode::WrongPin);
    assert_eq!(till.program.seat().err().map(|error| error.code), Some(ErrorCode::Locked));

    let session = by_pin(&till, "Bruno", PIN).await.unwrap();
    assert_eq!((session.name.as_str(), session.locked), ("Bruno", false), "whoever opens it works here");
    till.program.lock();
    assert_eq!(till.program.switch_by_badge(&carlas).await.unwrap().name, "Carla");
    till.program.lock();
    let form = SignInForm::new("Carla", PASSWORD);
    assert_eq!(till.program.unlock(form).await.unwrap().name, "Carla", "by password too, without the server");
    till.program.lock();
    till.program.sign_out();
    till.sign_in("Carla", PASSWORD).await.unwrap();
    till.seat().sale_choices().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_unlocks_while_the_server_is_away_goes_on_with_it_afterwards() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Ada").await;
    let form = || SignInForm::new("Ada", PASSWORD);
    office.go_offline().await;
    office.program.lock();
    let session = office.program.unlock(form()).await.unwrap();
    assert_eq!((session.offline, session.by_password, session.locked), (false, true, false), "what the server gave still holds");
    office.come_back().await;
    let policy = office.seat().policy().await.unwrap();
    office.seat().set_policy(policy).await.unwrap();
    office.program.lock();
    assert!(!office.program.unlock(form()).await.unwrap().offline);
    for _ in 0..200 {
        if centre.count("SELECT count(*) FROM staff_session").await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the server was never told that the session before is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_back_who_signed_out_while_a_password_was_looked_at() {
    let centre = Centre::open().await;
    let till = centre.till("Marais", "Carla").await;
    till.program.lock();
    let form = SignInForm::new("Carla", PASSWORD);
    // One after the other on this task: the answer of the server comes after the sign-out.
    let unlocked = async { till.program.unlock(form).await };
    let gone = async { till.program.sign_out() };
    let (unlocked, ()) = tokio::join!(biased; unlocked, gone);
    assert_eq!(code_of(unlocked), ErrorCode::NotSignedIn);
    assert_eq!(till.program.seat().err().map(|error| error.code), Some(ErrorCode::NotSignedIn));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_was_locked_over_night_still_opens() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let carlas = badge(&office, "Carla").await;
    till.sync().await;
    till.go_offline().await;
    till.program.lock();
    till.clock.turn(SignedDuration::from_hours(13));
    assert_eq!(
        till.program.seat_behind_lock().err().map(|error| error.code),
        Some(ErrorCode::SignInExpired),
        "as the status bar is asked for"
    );
    assert_eq!(till.program.state().await.phase, Phase::NeedsSignIn, "nobody's sign-in holds any more");
    assert!(till.program.session_view().unwrap().locked, "and the lock is still there");
    let session = till.program.switch_by_badge(&carlas).await.unwrap();
    assert_eq!(
        (session.name.as_str(), session.by_password, session.locked),
        ("Carla", false, false),
        "what her password had opened has ended"
    );
    till.seat().sale_choices().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_nobody_touches_locks_itself() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let mut policy = office.seat().policy().await.unwrap();
    policy.lock_after_minutes = 3;
    office.seat().set_policy(policy).await.unwrap();
    till.sync().await;
    till.go_offline().await;
    till.clock.run_on(Duration::from_secs(170));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(!till.program.session_view().unwrap().locked, "not yet");
    till.program.note_activity();
    till.clock.run_on(Duration::from_secs(170));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(!till.program.session_view().unwrap().locked, "somebody touched it");
    till.clock.run_on(Duration::from_secs(11));
    for _ in 0..200 {
        if till.program.session_view().unwrap().locked {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn badges_and_pins_are_good_while_the_staffs_rows_are_not_too_old() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let brunos = badge(&office, "Bruno").await;
    till.sync().await;
    till.go_offline().await;
    till.clock.turn(SignedDuration::from_hours(24 * 7 + 1));
    assert_eq!(code_of(till.program.switch_by_badge(&brunos).await), ErrorCode::SignInOfflineExpired);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_barred_does_nothing_more_at_a_till_that_has_heard_of_it() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let carlas = badge(&office, "Carla").await;
    till.sell("Buyer").await;
    office.seat().bar_staff(&id_of(&office, "Carla").await, true).await.unwrap();
    till.sync().await;
    assert_eq!(till.ended().await, SessionEnd::Barred);
    assert!(till.program.session_view().unwrap().locked);
    assert_eq!(till.program.seat().err().map(|error| error.code), Some(ErrorCode::Locked));
    assert_eq!(code_of(till.program.switch_by_badge(&carlas).await), ErrorCode::UnknownBadge);
    assert_eq!(code_of(till.program.unlock(SignInForm::new("Carla", PASSWORD)).await), ErrorCode::StaffInactive);
    let session = till.program.unlock(SignInForm::new("Bruno", PASSWORD)).await.unwrap();
    assert_eq!((session.name.as_str(), session.locked, session.ended), ("Bruno", false, None), "the till is not stopped by it");
    till.sell("Buyer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_holds_in_the_middle_of_the_work() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Bruno").await);
    let brunos = badge(&office, "Bruno").await;
    till.sync().await;
    till.seat().sync_overview().await.unwrap();
    let row = office.seat().staff().await.unwrap().into_iter().find(|row| row.name == "Bruno").unwrap();
    office
        .seat()
        .change_staff(StaffForm { id: row.id, row_version: row.row_version, name: row.name, role: Role::Counter })
        .await
        .unwrap();
    till.sync().await;
    assert_eq!(till.ended().await, SessionEnd::RoleChanged);
    till.program.switch_by_badge(&brunos).await.unwrap();
    assert!(!till.program.session_view().unwrap().by_password, "what the password opened has ended");
    till.program.unlock(SignInForm::new("Bruno", PASSWORD)).await.unwrap();
    assert_eq!(code_of(till.seat().sync_overview().await), ErrorCode::RoleNotAllowed);
    till.sell("Buyer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_ends_the_work_that_it_opened_and_ones_own_new_one_does_not() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Carla").await);
    let other = centre.till("Marais", "Carla").await;
    let own = "beads of many colours";
    let form = PasswordForm { password: PASSWORD.to_owned(), new_password: own.to_owned(), again: own.to_owned() };
    till.seat().change_password(form).await.unwrap();
    other.sync().await;
    assert_eq!(other.ended().await, SessionEnd::SignInChanged, "at another till it ends");
    till.sync().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(till.program.session_view().unwrap().ended, None);
    till.sell("Buyer").await;

    office.seat().reset_password(&id_of(&office, "Carla").await).await.unwrap();
    till.sync().await;
    assert_eq!(till.ended().await, SessionEnd::SignInChanged);
    assert_eq!(code_of(till.program.unlock(SignInForm::new("Carla", own)).await), ErrorCode::WrongPassword);
    assert_eq!(till.program.seat().err().map(|error| error.code), Some(ErrorCode::Locked));
}
