//! Guessing PINs: what is counted stays counted, whatever happens to the program.

use beadsbox_store::PinTurn;
use jiff::SignedDuration;

use crate::common::{self, Device, at};

#[test]
fn an_attempt_that_a_crash_cut_off_has_been_counted() {
    let device = Device::new();
    for _ in 0..4 {
        assert_eq!(device.store.begin_pin_attempt(common::STAFF, at(0)).unwrap(), PinTurn::Look);
        // Nothing more: the program ends before it has looked at the PIN.
    }
    let blocked = PinTurn::Blocked { until: at(0) + SignedDuration::from_secs(2) };
    assert_eq!(device.store.begin_pin_attempt(common::STAFF, at(0)).unwrap(), blocked);
    let device = device.reopen();
    assert_eq!(device.store.begin_pin_attempt(common::STAFF, at(0)).unwrap(), blocked);
    assert_eq!(device.store.wrong_pins().unwrap(), 0, "none of them was seen to be wrong");
}

#[test]
fn ten_in_a_row_lock_a_pin_and_only_being_right_begins_anew() {
    let device = Device::new();
    let day = SignedDuration::from_hours(24);
    let mut now = at(0);
    for _ in 0..10 {
        assert_eq!(device.store.begin_pin_attempt(common::STAFF, now).unwrap(), PinTurn::Look);
        device.store.note_wrong_pin(common::STAFF).unwrap();
        now += day;
    }
    for turned in [now, now + day * 365, at(0) - day] {
        assert_eq!(device.store.begin_pin_attempt(common::STAFF, turned).unwrap(), PinTurn::Locked);
    }
    assert_eq!(device.store.wrong_pins().unwrap(), 10);
    device.store.forget_pin_attempts(common::STAFF).unwrap();
    assert_eq!(device.store.begin_pin_attempt(common::STAFF, now).unwrap(), PinTurn::Look);
    assert_eq!(device.store.wrong_pins().unwrap(), 10, "the admin's count stays");
}

#[test]
fn a_clock_that_stood_years_ahead_blocks_for_no_longer_than_the_longest_delay() {
    let device = Device::new();
    let ahead = at(0) + SignedDuration::from_hours(24 * 1000);
    for _ in 0..4 {
        device.store.begin_pin_attempt(common::STAFF, ahead).unwrap();
    }
    let longest = at(0) + SignedDuration::from_mins(15);
    assert_eq!(device.store.begin_pin_attempt(common::STAFF, at(0)).unwrap(), PinTurn::Blocked { until: longest });
}
