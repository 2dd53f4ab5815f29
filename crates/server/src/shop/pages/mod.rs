//! The pages, and the few things beside them. They hold no script; what they answer with is made here and nowhere else.

mod assets;
mod buy;
mod card;
mod choose;
mod dress;
pub(super) mod events;
mod form;
mod order;
mod paper;
mod pay;
mod render;
mod visitor;
mod words;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Redirect,
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{error::Failure, http::edge, state::App};

/// The most bytes of a form: every field full of four-byte characters, each written in twelve.
const MOST_FORM: usize = 32 * 1024;

/// The shop page, whole: beside the endpoints of its front, with the same layers, so that what these refuse is told in its words.
pub(crate) fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/vouchers", get(async || Redirect::permanent("/vouchers/")))
        .route("/vouchers/", get(choose::show_all))
        .route("/vouchers/buy/{template}", get(buy::show))
        .route("/vouchers/buy/{template}/order", get(buy::begin_again).post(buy::submit))
        .route("/vouchers/orders/{order}", get(order::show))
        .route("/vouchers/orders/{order}/pay", post(pay::pay))
        .route("/vouchers/orders/{order}/voucher.pdf", get(paper::pdf))
        .route("/vouchers/assets/{name}", get(assets::serve))
        .route("/vouchers/{*rest}", get(async || Failure::not_found("page")))
        .layer(DefaultBodyLimit::max(MOST_FORM))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), edge::bound))
        .layer(middleware::from_fn_with_state(app.clone(), edge::pace))
        .layer(middleware::from_fn_with_state(app.clone(), dress::dress));
    // Whoever signs what they tell is known, and tells much at once: it has bounds of its own.
    let told = Router::new().route("/vouchers/stripe-events", post(events::take)).layer(CatchPanicLayer::custom(edge::panicked));
    pages.merge(told).layer(middleware::from_fn_with_state(app.clone(), dress::log)).with_state(app)
}
