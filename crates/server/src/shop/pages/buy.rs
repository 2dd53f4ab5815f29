//! `GET /vouchers/buy/{template}`, `POST /vouchers/buy/{template}/order`: the purchase form.
//!
//! It is sent to another address than its own: browsers forget a page to whose address something was sent (RFC 9111, section 4.4), and whoever
//! goes back would get another form, whose order would be another one.

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::{IntoResponse as _, Redirect},
};
use beadsbox_domain::Template;
use minijinja::context;
use uuid::Uuid;

use super::{
    card::Card,
    form::{Fault, Typed, wrongs},
    order::{address, moment},
    pay,
    render::{Page, Shown, serialized, show as show_page, word},
    visitor::Visitor,
};
use crate::{
    catalogue,
    db::{
        self,
        shop_order::{OrderState, PayBy},
        shop_page::ShopPage,
    },
    error::Failure,
    shop::{
        guard::{Form, FormFault},
        limits::{FORMS, allow},
        open,
        order::{Placed, Wanted, place},
        stripe::charged,
    },
    state::App,
    token,
};

/// What the page knows of what is sold.
struct Sale {
    page: ShopPage,
    template: Template,
    /// It says something else by now than the buyer saw, so all of it is shown.
    has_changed: bool,
}

/// As it is at this moment.
async fn find(app: &App, template: &str) -> Result<Option<Sale>, Failure> {
    let Ok(id) = template.parse::<Uuid>() else { return Ok(None) };
    let mut tx = db::at_one_moment(&app.pool).await?;
    let Some(page) = db::shop_page::read(&mut tx).await? else { return Ok(None) };
    let template = open::find_on_sale(&mut tx, &page, id).await?;
    Ok(template.map(|template| Sale { page, template, has_changed: false }))
}

/// As it was a moment ago, which is good enough to look at. What is not known from then may be new.
async fn look_up(app: &App, template: &str) -> Result<Option<Sale>, Failure> {
    let Ok(id) = template.parse::<Uuid>() else { return Ok(None) };
    let offer = catalogue::offer(app).await?;
    let known = offer.shelf.as_ref().and_then(|shelf| Some((&shelf.page, shelf.find(id)?)));
    match known {
        Some((page, template)) => Ok(Some(Sale { page: page.clone(), template: template.clone(), has_changed: false })),
        None => find(app, template).await,
    }
}

/// Whether it can be paid by card: somebody takes cards, and that price in that currency.
fn by_card(app: &App, template: &Template) -> bool {
    app.shop.stripe.is_some() && charged(template.content.price).is_some()
}

/// `GET /vouchers/buy/{template}`
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(template): Path<String>) -> Result<Response<Body>, Failure> {
    let Some(sale) = look_up(&app, &template).await? else { return Ok(StatusCode::GONE.into_response()) };
    form_page(&app, &visitor, &sale, &Typed::default(), &[], StatusCode::OK)
}

/// A fresh form over what was typed.
fn form_page(app: &App, visitor: &Visitor, sale: &Sale, typed: &Typed, faults: &[Fault], status: StatusCode) -> Result<Response<Body>, Failure> {
    let (cookie, is_new) = match &visitor.cookie {
        Some(cookie) => (cookie.clone(), false),
        None => (hex::encode(token::random::<16>()?), true),
    };
    let now = app.clock.now();
    let form = Form::new(sale.template.id.0, sale.template.version, now)?;
    let card = Card::of(&sale.template, visitor.language);
    let title = format!("{}: {}", word(visitor.language, "buy_title"), card.title());
    let title = if faults.is_empty() {
        title
    } else {
        word(visitor.language, "error_prefix").replace("{title}", &title)
    };
    let path = format!("/vouchers/buy/{}", sale.template.id);
    let shown = Shown {
        page: Page::Buy,
        status,
        title: &title,
        // The other language would lose what was typed.
        path: (*typed == Typed::default()).then_some(path.as_str()),
        values: context! {
            card => serialized(&card),
            has_changed => sale.has_changed,
            form => app.shop.keys.seal(&form, &cookie),
            typed => serialized(typed),
            faults => serialized(faults),
            wrongs => serialized(wrongs(faults)),
            card_payment => by_card(app, &sale.template),
            until => moment(now + sale.page.holds, &sale.page.shop.time_zone, visitor.language),
        },
    };
    let mut response = show_page(visitor, &shown)?;
    if status == StatusCode::OK {
        // Whoever comes back to it finds the same form, with what they typed: sent again, it is the same order.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    if is_new && let Ok(value) = HeaderValue::from_str(&visitor.set_cookie(&cookie)) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// `GET /vouchers/buy/{template}/order`: somebody keeps the address of a form that came back, or changes its language.
pub(super) async fn begin_again(visitor: Visitor, Path(template): Path<String>) -> Response<Body> {
    match template.parse::<Uuid>() {
        Ok(template) => Redirect::to(&format!("/vouchers/buy/{template}{}", visitor.query())).into_response(),
        Err(_) => Failure::not_found("page").into_response(),
    }
}

/// `POST /vouchers/buy/{template}/order`
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Path(template): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Failure> {
    if visitor.from_elsewhere {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let allowed = allow(&app, FORMS, visitor.address).await;
    let Some(typed) = Typed::read(&headers, &body) else { return Ok(StatusCode::BAD_REQUEST.into_response()) };
    let Some(sale) = find(&app, &template).await? else { return Ok(StatusCode::GONE.into_response()) };
    match allowed {
        Ok(()) => order(&app, &visitor, sale, &typed).await,
        Err(failure) => slower(&app, &visitor, &sale, &typed, failure),
    }
}

/// One form too many from that address: it comes back with what was typed, to be sent later.
fn slower(app: &App, visitor: &Visitor, sale: &Sale, typed: &Typed, failure: Failure) -> Result<Response<Body>, Failure> {
    let faults = [Fault::of_form(visitor.language, "fault_many")];
    let mut page = form_page(app, visitor, sale, typed, &faults, StatusCode::TOO_MANY_REQUESTS)?;
    if let Some(wait) = failure.into_response().headers_mut().remove(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    Ok(page)
}

/// The form that came back, or why it has to be looked over.
fn opened(app: &App, visitor: &Visitor, sale: &Sale, typed: &Typed) -> Result<Form, &'static str> {
    let now = app.clock.now();
    let Some(cookie) = &visitor.cookie else { return Err("fault_cookie") };
    let form = app.shop.keys.open(&typed.form, cookie, now).map_err(|fault| match fault {
        FormFault::Foreign => "fault_cookie",
        FormFault::Old => "fault_old",
    })?;
    if form.template != sale.template.id.0 {
        return Err("fault_cookie");
    }
    if !typed.website.is_empty() {
        return Err("fault_robot");
    }
    if now.duration_since(form.at).unsigned_abs() < app.shop.config.least_fill {
        return Err("fault_fast");
    }
    Ok(form)
}

async fn order(app: &App, visitor: &Visitor, sale: Sale, typed: &Typed) -> Result<Response<Body>, Failure> {
    let language = visitor.language;
    let again = |sale: &Sale, faults: &[Fault]| form_page(app, visitor, sale, typed, faults, StatusCode::UNPROCESSABLE_ENTITY);
    let checked = typed.check(by_card(app, &sale.template), language);
    let form = match opened(app, visitor, &sale, typed) {
        Ok(form) => form,
        Err(key) => {
            let mut faults = vec![Fault::of_form(language, key)];
            faults.extend(checked.err().unwrap_or_default());
            return again(&sale, &faults);
        }
    };
    let (person, payment) = match checked {
        Ok(checked) => checked,
        Err(faults) => return again(&sale, &faults),
    };
    match place(app, &sale.page, &Wanted { form, person, payment, language }).await? {
        Placed::Order(order) if order.payment == PayBy::Card && order.state == OrderState::Reserved => Ok(pay::begin(app, visitor, &order).await),
        Placed::Order(order) => Ok(Redirect::to(&format!("{}{}", address(app, order.id), visitor.query())).into_response()),
        Placed::Changed(template) => again(&Sale { template: *template, has_changed: true, ..sale }, &[Fault::of_form(language, "fault_changed")]),
        Placed::LetGo => again(&sale, &[Fault::of_form(language, "fault_let_go")]),
        Placed::Gone => Ok(StatusCode::GONE.into_response()),
    }
}
