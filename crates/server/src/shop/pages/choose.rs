//! `GET /vouchers/`: what is on sale.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Response, StatusCode, header},
};
use minijinja::context;

use super::{
    card::Card,
    render::{Page, Shown, serialized, show, word},
    visitor::Visitor,
};
use crate::{catalogue, error::Failure, state::App};

/// The cards; none where nothing is on sale.
pub(super) async fn show_all(State(app): State<App>, visitor: Visitor) -> Result<Response<Body>, Failure> {
    let offer = catalogue::offer(&app).await?;
    let cards: Vec<Card> = offer.shelf.iter().flat_map(|shelf| &shelf.templates).map(|template| Card::of(template, visitor.language)).collect();
    let shown = Shown {
        page: Page::Choose,
        status: StatusCode::OK,
        title: word(visitor.language, "choose_title"),
        path: Some("/vouchers/"),
        values: context! { cards => serialized(&cards) },
    };
    let mut response = show(&visitor, &shown)?;
    // It is the same for everybody who reads that language, and asked for anew when it is looked at again.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
