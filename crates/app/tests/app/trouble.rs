//! Behaviour under trouble: each time a clear error, nothing lost, nothing shown as done that is not on disk.

use std::{fs, path::Path};

use crate::stage::{Centre, PASSWORD, Till, link::Wire};
use beadsbox_app::{
    ErrorCode, Program,
    host::{ASK_LIMIT, Host, Secrets, SecretsError, SystemClock, SystemRandom},
    view::{AnswerKind, EnrolForm, OfflineLimit, Phase, RedemptionState, RefusalView, SaleForm, SaleLine},
};
use beadsbox_domain::Status;
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_refused_and_slowed_down_offline_too() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    assert_eq!(till.sign_in("Carla", "guess").await.unwrap_err().code, ErrorCode::WrongPassword);
    till.link.set(Wire::Cut);
    till.program.sign_out();
    for _ in 0..4 {
        assert_eq!(till.sign_in("carla", "guess").await.unwrap_err().code, ErrorCode::WrongPassword);
    }
    let delayed = till.sign_in("Carla", PASSWORD).await.unwrap_err();
    assert_eq!(delayed.code, ErrorCode::SignInDelayed, "even the right one has to wait");
    assert_eq!(till.sign_in("Bruno", PASSWORD).await.unwrap_err().code, ErrorCode::SignInOfflineUnknown);
    till.clock.turn(SignedDuration::from_secs(5));
    till.sign_in("Carla", PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_without_the_server_ends_after_its_days() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    till.link.set(Wire::Cut);
    till.program.sign_out();
    till.sign_in("Carla", PASSWORD).await.unwrap();
    till.clock.turn(SignedDuration::from_hours(24 * 7 + 1));
    assert_eq!(till.program.seat().err().unwrap().code, ErrorCode::SignInExpired);
    assert_eq!(till.sign_in("Carla", PASSWORD).await.unwrap_err().code, ErrorCode::SignInOfflineExpired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_behind_the_last_sign_in_signs_nobody_in() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    till.link.set(Wire::Cut);
    till.program.sign_out();
    let back = SignedDuration::from_hours(25);
    till.clock.turn(-back);
    assert_eq!(till.sign_in("Carla", PASSWORD).await.unwrap_err().code, ErrorCode::SignInOfflineExpired);
    till.clock.turn(back);
    till.sign_in("Carla", PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_says_so_wipes_its_cache_and_hands_over_its_outbox() {
    let centre = Centre::open().await;
    let (office, till) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    till.go_offline().await;
    till.sell("Handed over").await;
    let overview = office.seat().sync_overview().await.unwrap();
    let device = overview.devices.iter().find(|device| device.name == "Till Marais").unwrap().id.clone();
    office.seat().revoke_device(&device).await.unwrap();
    till.link.set(Wire::Whole);
    assert_eq!(till.seat().sync_now().await.unwrap_err().code, ErrorCode::DeviceRevoked);
    let overview = till.seat().sync_overview().await.unwrap();
    assert_eq!((overview.cursor, overview.operations, overview.status.waiting, overview.status.quarantined), (0, 1, 0, 1));
    assert_eq!(overview.status.trouble.unwrap().code, ErrorCode::DeviceRevoked);
}

struct NoKeyring;

impl Secrets for NoKeyring {
    fn load(&self) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, SecretsError> {
        Err(SecretsError::Absent("no Secret Service".to_owned()))
    }

    fn save(&self, _: &[u8]) -> Result<(), SecretsError> {
        Err(SecretsError::Absent("no Secret Service".to_owned()))
    }
}

#[tokio::test]
async fn without_a_keyring_the_program_says_so_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host {
        clock: std::sync::Arc::new(SystemClock::default()),
        random: std::sync::Arc::new(SystemRandom),
        secrets: std::sync::Arc::new(NoKeyring),
        data_dir: folder.path().join("data"),
        ca_file: None,
        ask_limit: ASK_LIMIT,
    };
    let program = Program::new(host, String::new());
    program.start().await;
    let state = program.state().await;
    assert_eq!((state.phase, state.problem.unwrap().code), (Phase::Blocked, ErrorCode::KeyringAbsent));
    assert!(!folder.path().join("data/outbox.db").exists());
}

/// What stands in every file below that folder, by its path. Some come and go while the program runs.
fn files_below(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                let held = fs::read(&path).ok();
                held.map(|held| (path.display().to_string(), String::from_utf8_lossy(&held).to_lowercase())).into_iter().collect()
            }
        })
        .collect()
}

/// Whoever has the machine has its files, and not its keyring: sold with the server and without it, redeemed and looked for. A paper that somebody opens is
/// in the clear for some hours, and nobody opens one here.
#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_till_show_no_buyer_no_code_and_no_password() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    let sale = till.sale("Zazie Lefebvre", 1).await;
    let line = SaleLine { recipient: "Oncle Gabriel".to_owned(), message: "Bon anniversaire".to_owned(), ..sale.lines[0].clone() };
    let sale = SaleForm { email: "zazie@example.org".to_owned(), lines: vec![line], ..sale };
    let known = till.seat().sell(sale.clone()).await.unwrap().vouchers.remove(0).code;
    till.sync().await;
    till.go_offline().await;
    let waiting = till.seat().sell(sale).await.unwrap().vouchers.remove(0).code;
    assert_eq!(till.seat().redeem(&known).await.unwrap().answer, AnswerKind::AcceptedOffline);
    assert_eq!(till.page("zazie").await.rows.len(), 2, "whoever has the keys finds them");

    let codes = [known.replace('-', ""), known, waiting.replace('-', ""), waiting].map(|code| code.to_lowercase());
    let private = ["zazie", "lefebvre", "example.org", "gabriel", "anniversaire", PASSWORD]
        .into_iter()
        .chain(codes.iter().map(String::as_str));
    // While they are open, with their logs beside them, and once the program has ended.
    for has_ended in [false, true] {
        if has_ended {
            till.program.close();
            till.program = crate::stage::program(till.folder.path(), &till.clock);
        }
        let files = files_below(&till.folder.path().join("data"));
        for name in ["outbox.db", "cache.db"] {
            let looked_at: usize = files.iter().filter(|(path, _)| path.contains(name)).map(|(_, text)| text.len()).sum();
            assert!(looked_at > 4096, "{name} has {looked_at} characters");
        }
        for text in private.clone() {
            let found: Vec<&str> = files.iter().filter(|(_, held)| held.contains(text)).map(|(path, _)| path.as_str()).collect();
            assert!(found.is_empty(), "{text:?} is in {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_keys_block_and_touch_nothing() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    till.go_offline().await;
    let code = till.sell("Under lock").await.code;
    let keys = till.folder.path().join("keys");
    let kept = fs::read(&keys).unwrap();
    fs::remove_file(&keys).unwrap();
    till.program.close();
    till.program = crate::stage::program(till.folder.path(), &till.clock);
    till.program.start().await;
    assert_eq!(till.program.state().await.problem.unwrap().code, ErrorCode::KeyringMismatch);
    assert!(!keys.exists(), "new keys would lock the files out for good");
    // The keyring is unlocked, or brought back: everything is there.
    fs::write(&keys, kept).unwrap();
    till.restart().await;
    till.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(till.status_of(&code).await, Status::Purchased);
}

/// Its battery is empty, and it starts without the network: what it would sell ends in another year.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sold_by_a_clock_that_is_days_off() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.sync().await;
    till.go_offline().await;
    let days = SignedDuration::from_hours(24 * 3);
    till.clock.turn(-days);
    assert_eq!(till.try_to_sell("Of last week").await.unwrap_err().code, ErrorCode::ClockWrong);
    till.clock.turn(days);
    till.sell("After the clock was set").await;
    till.come_back().await;
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_honoured_by_a_clock_that_stands_before_the_last_sync() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let code = till.sell("Of today").await.code;
    till.sync().await;
    till.go_offline().await;
    let hours = SignedDuration::from_hours(2);
    till.clock.turn(-hours);
    let refused = till.seat().redeem(&code).await.unwrap();
    assert!(matches!(refused.refusal, Some(RefusalView::OverLimit { limit: OfflineLimit::Age, .. })), "{refused:?}");
    till.clock.turn(hours);
    assert_eq!(till.seat().redeem(&code).await.unwrap().answer, AnswerKind::AcceptedOffline);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_copy_on_the_same_files_is_refused() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let program = crate::stage::program(till.folder.path(), &till.clock);
    program.start().await;
    assert_eq!(program.state().await.problem.unwrap().code, ErrorCode::AlreadyRunning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_or_cut_cache_is_taken_anew_and_the_outbox_stays() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Ada").await;
    let code = till.sell("Before the cut").await.code;
    till.sync().await;
    till.go_offline().await;
    let waiting = till.sell("Not sent yet").await.code;
    till.program.close();
    let cache = till.file("cache.db");
    let length = fs::metadata(&cache).unwrap().len();
    fs::OpenOptions::new().write(true).open(&cache).unwrap().set_len(length / 2).unwrap();
    till.restart().await;
    till.sign_in("Ada", PASSWORD).await.unwrap();
    // Own work is on the screen although the cache is empty.
    assert_eq!(till.status_of(&waiting).await, Status::Purchased);
    assert_eq!(till.status_of(&code).await, Status::Purchased);
    till.come_back().await;
    assert_eq!(till.page("").await.rows.len(), 2);
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_that_a_crash_left_open_is_withdrawn_at_the_next_start() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Carla").await;
    let code = till.sell("Crash").await.code;
    till.sync().await;
    till.link.set(Wire::RepliesLost);
    let seat = till.seat();
    let scan = code.clone();
    let asking = tokio::spawn(async move { seat.redeem(&scan).await });
    while centre.count("SELECT count(*) FROM redemption").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // The program dies after the server took it, and before anybody was told.
    asking.abort();
    till.link.set(Wire::Cut);
    till.restart().await;
    till.link.set(Wire::Whole);
    till.sign_in("Carla", PASSWORD).await.unwrap();
    till.sync().await;
    assert_eq!(till.seat().recent_redemptions().await.unwrap()[0].state, RedemptionState::Withdrawn);
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'withdrawn'").await, 1);
    assert_eq!(till.seat().redeem(&code).await.unwrap().answer, AnswerKind::Confirmed, "the voucher is good again");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_its_limits_a_till_refuses_offline_and_withdraws_what_it_asked() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let codes = [till.sell("One").await.code, till.sell("Two").await.code];
    till.sync().await;
    till.clock.turn(SignedDuration::from_hours(73));
    // Online the age does not matter; the reply is lost, so the till has only its own word.
    till.sign_in("Carla", PASSWORD).await.unwrap();
    till.sync().await;
    till.clock.turn(SignedDuration::from_hours(73));
    till.sign_in("Carla", PASSWORD).await.unwrap();
    till.link.set(Wire::RepliesLost);
    let refused = till.seat().redeem(&codes[0]).await.unwrap();
    assert_eq!(refused.answer, AnswerKind::Refused);
    assert!(matches!(refused.refusal, Some(RefusalView::OverLimit { limit: OfflineLimit::Age, .. })), "{refused:?}");
    till.link.set(Wire::Cut);
    till.until("offline", |status| !status.online).await;
    let refused = till.seat().redeem(&codes[1]).await.unwrap();
    assert!(matches!(refused.refusal, Some(RefusalView::OverLimit { .. })), "{refused:?}");
    till.come_back().await;
    assert_eq!(
        centre.count("SELECT count(*) FROM voucher WHERE status = 'used'").await,
        0,
        "nothing went over the counter, nothing is booked"
    );
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'withdrawn'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_wrong_by_a_day_is_shown_and_loses_nothing() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Ada").await;
    till.clock.turn(SignedDuration::from_hours(24));
    till.sign_in("Ada", PASSWORD).await.unwrap();
    let skew = till.sync().await.clock_skew_seconds.unwrap();
    assert!((86_300..86_500).contains(&skew), "{skew}");
    let code = till.sell("Tomorrow's buyer").await.code;
    assert_eq!(till.seat().redeem(&code).await.unwrap().answer, AnswerKind::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_come_back_as_they_went_in_or_with_the_field_named() {
    let centre = Centre::open().await;
    let (till, other) = (centre.till("Montmartre", "Ada").await, centre.till("Marais", "Ada").await);
    let hostile = ["<script>alert(1)</script>", "'; DROP TABLE voucher; --", "%_\"*", "🎁 Ünïcödé 漢字", "{{7*7}}${7*7}"];
    for buyer in hostile {
        till.sell(buyer).await;
    }
    till.sync().await;
    other.sync().await;
    for buyer in hostile {
        assert_eq!(other.page(buyer).await.rows[0].buyer, buyer);
    }
    let mut bad = SaleForm { buyer: "x".repeat(101), email: "not an address".to_owned(), ..till.sale("", 1).await };
    let line = SaleLine { recipient: "evil\u{202e}".to_owned(), message: "\0".to_owned(), ..bad.lines[0].clone() };
    bad.lines = vec![SaleLine { quantity: 0, ..bad.lines[0].clone() }, SaleLine { quantity: 51, ..line }];
    let error = till.seat().sell(bad).await.unwrap_err();
    let fields: Vec<&str> = error.fields.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        (error.code, fields),
        (ErrorCode::InvalidInput, vec!["buyer", "email", "lines", "lines.0.quantity", "lines.1.recipient", "lines.1.message"])
    );
    let nothing = SaleForm { lines: Vec::new(), ..till.sale("Somebody", 1).await };
    assert_eq!(till.seat().sell(nothing).await.unwrap_err().fields[0].field, "lines");
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_no_beadsbox_server_is_told_from_one_that_is_away() {
    let till = Till::new("127.0.0.1:9".parse().unwrap()).await;
    let enrol = async |server: &str| {
        let form = EnrolForm { server: server.to_owned(), code: "AAAA-BBBB-CCCC".to_owned(), device_name: "Till".to_owned() };
        till.program.enrol(form).await.unwrap_err().code
    };
    assert_eq!(enrol("http://127.0.0.1:9").await, ErrorCode::Offline);
    assert_eq!(enrol("http://vouchers.example.com").await, ErrorCode::InsecureAddress);
    assert_eq!(enrol("not an address").await, ErrorCode::InvalidInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_program_that_is_too_old_stays_and_goes_after_the_update() {
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let known = till.sell("Ada").await.code;
    till.sync().await;
    centre.serve_from("999.0.0").await;
    let told = till.seat().sync_now().await.unwrap_err();
    assert_eq!(told.code, ErrorCode::ClientTooOld, "what it says, it says in words of its own");
    till.until("too old", |bar| bar.trouble.as_ref().is_some_and(|trouble| trouble.code == ErrorCode::ClientTooOld)).await;

    // The till goes on as without a server: what it does stays in its outbox.
    till.sell("Blaise").await;
    let answer = till.seat().redeem(&known).await.unwrap();
    assert_eq!(answer.answer, AnswerKind::AcceptedOffline);
    assert!(till.seat().status_bar().await.unwrap().waiting >= 2);
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 1);
    let fresh = Till::new(centre.address).await;
    assert_eq!(fresh.enrol(&centre, "Marais").await.unwrap_err().code, ErrorCode::ClientTooOld);

    // The update: from here on the server takes this version.
    centre.stop().await;
    centre.start_again().await;
    till.sync().await;
    assert_eq!(till.seat().status_bar().await.unwrap().waiting, 0);
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 2);
    assert_eq!(centre.count("SELECT count(*) FROM redemption WHERE outcome = 'accepted'").await, 1);
}
