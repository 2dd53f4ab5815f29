//! Which vouchers the page sells, and for which shop.

use beadsbox_domain::{Template, text::Name};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind, shop_page::ShopPage},
    error::Failure,
};

/// The longest time for which something is held, in hours: 60 days.
const MOST_HOURS: i32 = 1_440;

/// What is on sale: every template that is not archived, and that the law of the shop's country lets be sold.
pub(super) async fn on_sale(conn: &mut PgConnection, page: &ShopPage) -> Result<Vec<Template>, Failure> {
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

/// Opens the page for a shop of that name, or closes it.
pub(crate) async fn set(mut act: Act, shop: Option<&str>, hold_hours: i32) -> Result<Option<String>, Failure> {
    if !(1..=MOST_HOURS).contains(&hold_hours) {
        return Err(Failure::malformed(format!("what is paid in the shop is held for 1 to {MOST_HOURS} hours")));
    }
    let shop = match shop {
        None => None,
        Some(name) => {
            let name = Name::new(name).map_err(|error| Failure::malformed(format!("name: {error}")))?;
            let found = db::shop::find_by_name(&mut act, name.as_str()).await?.filter(|shop| !shop.closed);
            Some(found.ok_or_else(|| Failure::not_found("shop that is open"))?)
        }
    };
    db::shop_page::change(&mut act, shop.as_ref().map(|shop| shop.id), hold_hours).await?;
    let name = shop.as_ref().map(|shop| shop.name.clone());
    let mut done = Done::new(ActKind::ShopPageChanged).with("hold_hours", hold_hours);
    if let Some(shop) = &shop {
        done = done.to(shop.id.0, &shop.name);
    }
    act.done(done).await?;
    Ok(name)
}
