//! How often one address may ask for what costs more than a page. Pages are counted with all that the front is asked (`http/rate.rs`).

use std::net::IpAddr;

use crate::{
    error::Failure,
    http::rate::{self, Rate},
    state::App,
};

/// Forms that are sent.
pub(super) const FORMS: Rate = Rate { name: "shop-forms", most: 30, seconds: 10 * 60 };
/// Papers, each of which keeps a thread busy.
pub(super) const PAPERS: Rate = Rate { name: "shop-papers", most: 30, seconds: 5 * 60 };

/// Lets it pass, or says how long to wait.
pub(super) async fn allow(app: &App, rate: Rate, address: IpAddr) -> Result<(), Failure> {
    rate::take(app, rate, address).await
}
