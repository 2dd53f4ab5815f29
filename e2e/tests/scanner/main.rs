//! Vouchers scanned at a till by real keys: on several keyboard layouts, over a half-filled form, with the server away, and while
//! hands are on the keyboard.

mod hands;
mod layouts;
mod over_forms;
mod stage;
