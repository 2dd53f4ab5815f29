//! HTTP: one endpoint a file. Handlers stay thin: they read the request, call `push/`, `feed/` or `organisation`, and answer.

mod admin;
mod auth;
mod conflicts;
mod devices;
mod edge;
mod health;
mod info;
mod json;
mod least_client;
mod openapi;
mod password_resets;
mod reports;
mod sessions;
mod sync;
mod templates;
mod vouchers;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::get};
use beadsbox_protocol::ErrorCode;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate as _, predicate::NotForContentType},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{error::Failure, state::App};

pub use openapi::openapi_document;

/// The most bytes of a request: a full batch with its buyers, twice quoted.
const MOST_PUSH_BODY: usize = 8 * 1024 * 1024;
/// The most bytes of any other request.
const MOST_BODY: usize = 64 * 1024;

/// Every endpoint, with its description.
fn endpoints() -> OpenApiRouter<App> {
    let long = OpenApiRouter::new()
        .routes(routes!(sync::push::push))
        .routes(routes!(admin::outbox_imports::create::create))
        .layer(DefaultBodyLimit::max(MOST_PUSH_BODY));
    let rest = OpenApiRouter::with_openapi(openapi::frame()).merge(everyday()).merge(administration());
    rest.layer(DefaultBodyLimit::max(MOST_BODY)).merge(long)
}

/// What devices and people ask for all day.
fn everyday() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(info::read::read))
        .routes(routes!(health::live::live))
        .routes(routes!(health::ready::ready))
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
        .routes(routes!(reports::liability::liability))
        .routes(routes!(reports::activity::activity))
        .routes(routes!(reports::ageing::ageing))
        .routes(routes!(reports::breakage::breakage))
        .routes(routes!(reports::vat::vat))
        .routes(routes!(reports::accounting::accounting))
        .routes(routes!(vouchers::mails::list::list, vouchers::mails::create::create))
        .routes(routes!(password_resets::create::create, password_resets::redeem::redeem))
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
        .routes(routes!(admin::jobs::decide::decide))
        .routes(routes!(admin::mail::read::read, admin::mail::change::change))
        .routes(routes!(admin::mail::text::text))
        .routes(routes!(admin::mail::preview::preview))
        .routes(routes!(admin::mail::test::test))
        .routes(routes!(admin::addresses::list::list))
        .routes(routes!(admin::addresses::change::change))
}

/// Every path of the router that a request can reach, as the OpenAPI document has them, with their methods.
pub fn router_paths() -> Vec<(String, String)> {
    openapi::paths(&openapi_document())
}

/// The whole service.
pub(crate) fn router(app: App) -> Router {
    let (router, _) = endpoints().split_for_parts();
    let compressible = DefaultPredicate::new().and(NotForContentType::const_new(sync::snapshot_chunk::CONTENT_TYPE));
    router
        .route("/openapi.json", get(openapi::serve))
        .fallback(async || Failure::not_found("endpoint"))
        .method_not_allowed_fallback(async || Failure::told(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Malformed, "this endpoint has no such method"))
        // The outermost comes last.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(compressible))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), least_client::refuse_older))
        .layer(middleware::from_fn_with_state(app.clone(), edge::bound))
        .layer(middleware::from_fn(edge::log))
        .with_state(app)
}
