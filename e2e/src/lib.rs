//! Drives the built program as a person would: the real window under a virtual display, through `WebDriver`, against a real
//! server process on a real `PostgreSQL`.

mod authenticator;
pub mod axe;
mod desk;
pub mod dialog;
mod keyboard;
pub mod layout;
pub mod office;
mod scanner;
mod server;
mod unseen;
mod updates;
mod wire;

pub use authenticator::Authenticator;
pub use desk::{Desk, Keys, arguments};
pub use scanner::{Hands, Held, Layout, Scanner};
pub use server::{serve, serve_mailing, serve_mailing_on, serve_on, serve_shop};
pub use unseen::sell_unseen;
pub use updates::{SigningKey, UpdateServer};
pub use wire::Wire;
