//! `GET /vouchers/orders/{order}/voucher.pdf`: the voucher on paper, the same that goes by mail.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, Response, header},
    response::IntoResponse as _,
};
use beadsbox_documents::{Shop, VoucherPaper};
use beadsbox_domain::Status;

use super::{
    order::{find, signed, voucher},
    visitor::Visitor,
};
use crate::{
    db::{self, shop_order::OrderState},
    error::Failure,
    shop::limits::{PAPERS, allow},
    state::App,
};

/// Answers with the PDF in the language of the page; nothing for a voucher that cannot be redeemed any more.
pub(super) async fn pdf(State(app): State<App>, visitor: Visitor, Path(link): Path<String>) -> Response<Body> {
    if let Err(failure) = allow(&app, PAPERS, visitor.address).await {
        return failure.into_response();
    }
    typeset(&app, &visitor, &link).await.unwrap_or_else(Failure::into_response)
}

async fn typeset(app: &App, visitor: &Visitor, link: &str) -> Result<Response<Body>, Failure> {
    let order = find(app, link).await?;
    if order.state != OrderState::Issued {
        return Err(Failure::not_found("voucher"));
    }
    let (voucher, person) = voucher(app, &order).await?;
    if voucher.status != Status::Purchased {
        return Err(Failure::not_found("voucher"));
    }
    let shop = db::shop::find(&mut *app.pool.acquire().await?, voucher.sold.shop).await?.unwrap_or_default();
    let shop = Shop { name: shop.name, lines: Vec::new() };
    let paper = VoucherPaper {
        price: Some(voucher.snapshot.price),
        ..VoucherPaper::of(&voucher, person.as_ref(), signed(app, &voucher), None, shop, visitor.language)
    };
    let (name, made) = (format!("attachment; filename=\"voucher-{}.pdf\"", paper.code), voucher.sold.at);
    // Typesetting keeps a thread busy, so not one that serves.
    let pdf = tokio::task::spawn_blocking(move || paper.pdf(made))
        .await
        .map_err(|error| Failure::Defect(format!("typesetting a voucher: {error}")))?
        .map_err(|error| Failure::Defect(format!("typesetting a voucher: {error}")))?;
    let mut response = Response::new(Body::from(pdf));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
