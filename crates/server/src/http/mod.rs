//! HTTP: one endpoint a file. Handlers stay thin: they read the request, call `push/`, `feed/` or `organisation`, and answer.

mod admin;
mod auth;
mod catalogue;
mod conflicts;
mod devices;
pub(crate) mod edge;
mod forwarded;
mod health;
mod info;
mod json;
mod least_client;
mod listen;
mod openapi;
mod password_resets;
pub(crate) mod rate;
mod reports;
mod reservations;
mod sessions;
mod sync;
mod templates;
pub(crate) mod tokens;
mod vouchers;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::get};
use beadsbox_protocol::ErrorCode;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, DefaultPredicate, Predicate as _,
        predicate::{NotForContentType, SizeAbove},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Failure,
    front::{Front, Limits},
    shop,
    state::App,
};

pub(crate) use forwarded::Client;
pub use forwarded::{ForwardedHeader, Forwarding, network};
pub(crate) use listen::serve;
pub use openapi::openapi_document;

/// An answer of fewer bytes goes as it is: it fits in a packet.
const SMALLEST_COMPRESSED: u64 = 1200;
/// The most bytes of a request: a full batch with its buyers, twice quoted.
const MOST_PUSH_BODY: usize = 8 * 1024 * 1024;

/// Every endpoint, with its description.
fn endpoints() -> OpenApiRouter<App> {
    endpoints_of(Front::All, Limits::of(Front::All))
}

/// Those of one front.
fn endpoints_of(front: Front, limits: Limits) -> OpenApiRouter<App> {
    let mut long = OpenApiRouter::new();
    let mut rest = OpenApiRouter::with_openapi(openapi::frame()).merge(status());
    if front.has_api() {
        long = long.routes(routes!(sync::push::push));
        rest = rest.merge(everyday());
    }
    if front.has_admin() {
        long = long.routes(routes!(admin::outbox_imports::create::create));
        rest = rest.merge(administration()).merge(reports());
    }
    if front.has_shop() {
        rest = rest.merge(for_buyers());
    }
    let most = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX);
    rest.layer(DefaultBodyLimit::max(most)).merge(long.layer(DefaultBodyLimit::max(MOST_PUSH_BODY)))
}

/// What every front tells of itself.
fn status() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(info::read::read))
        .routes(routes!(health::live::live))
        .routes(routes!(health::ready::ready))
}

/// What buyers' programs ask. The shop page itself is no part of the described endpoints.
fn for_buyers() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(catalogue::read::read))
}

/// What the books say.
fn reports() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(reports::liability::liability))
        .routes(routes!(reports::activity::activity))
        .routes(routes!(reports::ageing::ageing))
        .routes(routes!(reports::breakage::breakage))
        .routes(routes!(reports::vat::vat))
        .routes(routes!(reports::accounting::accounting))
}

/// What devices and people ask for all day.
fn everyday() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(devices::enrol::enrol))
        .routes(routes!(devices::recognise::recognise))
        .routes(routes!(devices::incarnations::fork))
        .routes(routes!(sessions::create::create, sessions::delete::delete))
        .routes(routes!(sessions::pin::pin))
        .routes(routes!(sessions::password::password))
        .routes(routes!(sessions::second_factor::state, sessions::second_factor::begin, sessions::second_factor::confirm))
        .routes(routes!(sync::changes::changes))
        .routes(routes!(sync::operations::operations))
        .routes(routes!(sync::digest::digest))
        .routes(routes!(sync::range::range))
        .routes(routes!(sync::snapshot::snapshot))
        .routes(routes!(sync::snapshot_chunk::chunk))
        .routes(routes!(vouchers::history::history))
        .routes(routes!(templates::history::history))
        .routes(routes!(conflicts::assignee::assignee))
        .routes(routes!(vouchers::mails::list::list, vouchers::mails::create::create))
        .routes(routes!(password_resets::create::create, password_resets::redeem::redeem))
        .routes(routes!(reservations::find::find))
        .routes(routes!(vouchers::list::list))
}

/// What admins alone may do.
fn administration() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(admin::shops::list::list, admin::shops::create::create))
        .routes(routes!(admin::staff::list::list, admin::staff::create::create))
        .routes(routes!(admin::staff::change::change))
        .routes(routes!(admin::badges::create::create, admin::badges::delete::delete))
        .routes(routes!(admin::policy::change::change))
        .routes(routes!(admin::devices::list::list))
        .routes(routes!(admin::devices::change::change))
        .routes(routes!(admin::devices::revoke::revoke))
        .routes(routes!(admin::devices::limits::limits))
        .routes(routes!(admin::quarantine::list::list))
        .routes(routes!(admin::quarantine::decide::decide))
        .routes(routes!(admin::enrolment_codes::create::create))
        .routes(routes!(admin::end_of_day::read::read))
        .routes(routes!(admin::accounts::change::change))
        .routes(routes!(admin::shops::change::change))
        .routes(routes!(admin::staff::reset_password::reset_password))
        .routes(routes!(admin::staff::second_factor::remove))
        .routes(routes!(admin::least_validity::change::change))
        .routes(routes!(admin::personal_data::find::find))
        .routes(routes!(admin::personal_data::export::export))
        .routes(routes!(admin::personal_data::erase::erase))
        .routes(routes!(admin::acts::list::list))
        .routes(routes!(admin::jobs::list::list))
        .routes(routes!(admin::jobs::again::again))
        .routes(routes!(admin::jobs::decide::decide))
        .routes(routes!(admin::mail::read::read, admin::mail::change::change))
        .routes(routes!(admin::mail::text::text))
        .routes(routes!(admin::mail::preview::preview))
        .routes(routes!(admin::mail::test::test))
        .routes(routes!(admin::addresses::list::list))
        .routes(routes!(admin::addresses::change::change))
        .routes(routes!(admin::shop_page::read::read, admin::shop_page::change::change))
        .routes(routes!(admin::shop_page::settle::settle))
}

/// Every path of the router that a request can reach, as the OpenAPI document has them, with their methods.
pub fn router_paths() -> Vec<(String, String)> {
    openapi::paths(&openapi_document())
}

/// What the app's front serves.
pub(crate) fn router(app: App) -> Router {
    let (router, _) = endpoints_of(app.front, app.limits).split_for_parts();
    let compressible = DefaultPredicate::new()
        .and(SizeAbove::new(SMALLEST_COMPRESSED))
        .and(NotForContentType::const_new(sync::snapshot_chunk::CONTENT_TYPE));
    let router = router
        .route("/openapi.json", get(openapi::serve))
        .fallback(async || Failure::not_found("endpoint"))
        .method_not_allowed_fallback(async || Failure::told(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Malformed, "this endpoint has no such method"))
        // The outermost comes last.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(compressible))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), least_client::refuse_older))
        .layer(middleware::from_fn_with_state(app.clone(), edge::bound))
        .layer(middleware::from_fn_with_state(app.clone(), edge::pace))
        .layer(middleware::from_fn_with_state(app.clone(), edge::log))
        .with_state(app.clone());
    // Its pages have the same layers, with words of their own for what these refuse.
    if app.front.has_shop() { router.merge(shop::router(app)) } else { router }
}
