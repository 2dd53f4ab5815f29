//! Which vouchers the page sells, and for which shop; what an admin sees of it and does about it.

use beadsbox_domain::{Template, text::Reason};
use beadsbox_protocol::{
    reservation::ReservationCode,
    shop_page::{MOST_HOLD_HOURS, OrderSettlement, SeenReversal, ShopPageSettings, ShopPageSetup, TroubledOrder},
};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    act::{Act, Done},
    db::{
        self,
        admin_act::ActKind,
        shop_front::ShopFront,
        shop_order::{Order, OrderState},
        shop_page::ShopPage,
    },
    error::Failure,
    organisation,
    state::App,
};

/// The most orders in trouble that are shown.
const MOST_ORDERS: i64 = 100;

/// What is on sale: every template that is not archived, and that the law of the shop's country lets be sold.
pub(crate) async fn on_sale(conn: &mut PgConnection, page: &ShopPage) -> Result<Vec<Template>, Failure> {
    let least = db::settings::read(conn).await?.least_validity;
    let mut templates = db::template::not_archived(conn).await?;
    templates.retain(|template| least.broken(template.content.validity_months, page.shop.country).is_none());
    // Prices of one currency beside each other, the lowest first.
    templates.sort_by_key(|template| (template.content.price.currency.code(), template.content.price.minor, template.id.0));
    Ok(templates)
}

/// One of them.
pub(super) async fn find_on_sale(conn: &mut PgConnection, page: &ShopPage, id: Uuid) -> Result<Option<Template>, Failure> {
    let least = db::settings::read(conn).await?.least_validity;
    let found = db::template::by_ids(conn, &[id]).await?.into_iter().find(|template| !template.archived);
    Ok(found.filter(|template| least.broken(template.content.validity_months, page.shop.country).is_none()))
}

/// Opens the page for a shop, or closes it, whole; on that version where one is named. Nothing where it is another one by now. The shop's name.
pub(crate) async fn set(mut act: Act, settings: &ShopPageSettings, of_version: Option<u64>) -> Result<Option<String>, Failure> {
    if !(1..=MOST_HOLD_HOURS).contains(&settings.hold_hours) {
        return Err(Failure::malformed(format!("hold_hours: what is paid in the shop is held for 1 to {MOST_HOLD_HOURS} hours")));
    }
    let shop = match settings.shop {
        None => None,
        Some(id) => Some(organisation::open_shop(&mut act, id).await?),
    };
    if !db::shop_page::change(&mut act, settings, of_version).await? {
        return Err(Failure::changed_meanwhile());
    }
    let name = shop.as_ref().map(|shop| shop.name.clone());
    let mut done = Done::new(ActKind::ShopPageChanged).with("hold_hours", settings.hold_hours);
    if let Some(shop) = &shop {
        done = done.to(shop.id.0, &shop.name);
    }
    act.done(done).await?;
    Ok(name)
}

/// Tells the processes that do not serve the page how this one does.
pub(crate) async fn note_front(app: &App) -> sqlx::Result<()> {
    let address = app.shop.config.public_url.as_ref().and_then(|root| root.join("vouchers/").ok()).map(String::from);
    let front = ShopFront { address, takes_cards: app.shop.stripe.is_some() };
    db::shop_front::note(&mut *app.own_pool.acquire().await?, &front, app.clock.now()).await
}

/// All that an admin sees of it.
pub(crate) async fn setup(app: &App) -> Result<ShopPageSetup, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let (settings, row_version) = db::shop_page::settings(&mut tx).await?;
    let on_sale = match db::shop_page::read(&mut tx).await? {
        Some(page) => on_sale(&mut tx, &page).await?.len(),
        None => 0,
    };
    let front = db::shop_front::read(&mut tx).await?;
    let (waiting, troubled_total) = db::shop_order::counts(&mut tx).await?;
    let mut troubled = Vec::new();
    for order in db::shop_order::in_trouble(&mut tx, MOST_ORDERS).await? {
        let content = db::shop_order::content(&mut tx, &order).await?;
        troubled.extend(troubled_order(order, content.title.as_str()));
    }
    Ok(ShopPageSetup {
        settings,
        row_version,
        takes_cards: front.as_ref().is_some_and(|front| front.takes_cards),
        address: front.and_then(|front| front.address),
        on_sale: u64::try_from(on_sale).unwrap_or(u64::MAX),
        waiting,
        troubled,
        troubled_total,
        reversals: db::payment_reversal::open(&mut tx, MOST_ORDERS).await?,
        reversals_total: db::payment_reversal::count_open(&mut tx).await?,
    })
}

fn troubled_order(order: Order, title: &str) -> Option<TroubledOrder> {
    Some(TroubledOrder {
        id: order.id,
        trouble: order.trouble?,
        reservation: ReservationCode::parse(&order.reservation).ok()?,
        title: title.to_owned(),
        price: order.price,
        ordered_at: order.created_at,
        payment: order.payment_ref.or(order.session_id),
    })
}

/// Somebody dealt with an order's trouble, or with money of it that went back.
pub(crate) async fn settle(act: Act, id: Uuid, settlement: &OrderSettlement) -> Result<(), Failure> {
    let reason = Reason::new(&settlement.reason).map_err(|error| Failure::malformed(format!("reason: {error}")))?;
    match &settlement.reversal {
        Some(seen) => settle_reversal(act, id, seen, &reason).await,
        None => settle_trouble(act, id, &reason).await,
    }
}

/// What became of it since somebody looked they have not dealt with.
async fn settle_reversal(mut act: Act, id: Uuid, seen: &SeenReversal, reason: &Reason) -> Result<(), Failure> {
    let found = db::payment_reversal::lock_open(&mut act, &seen.id, id).await?;
    let (what, told_at) = found.ok_or_else(|| Failure::not_found("money that went back and that somebody has to look at"))?;
    if told_at != seen.told_at {
        return Err(Failure::changed_meanwhile());
    }
    let now = act.at();
    db::payment_reversal::settle(&mut act, &seen.id, now).await?;
    let done = Done::new(ActKind::OrderSettled).with("order", json!(id)).with("reversal", json!(what)).because(Some(reason));
    act.done(done).await
}

/// What waited for a payment waits no longer.
async fn settle_trouble(mut act: Act, id: Uuid, reason: &Reason) -> Result<(), Failure> {
    let order = db::shop_order::lock(&mut act, id).await?.filter(|order| order.trouble.is_some() && !order.settled);
    let order = order.ok_or_else(|| Failure::not_found("order that somebody has to look at"))?;
    let now = act.at();
    db::shop_order::settle(&mut act, id, now).await?;
    db::shop_order::end(&mut act, id, OrderState::Cancelled, now).await?;
    let done = Done::new(ActKind::OrderSettled).with("order", json!(id)).with("trouble", json!(order.trouble)).because(Some(reason));
    act.done(done).await
}
