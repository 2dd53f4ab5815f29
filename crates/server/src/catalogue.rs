//! What is for sale, as buyers see it: read often, changed seldom. Whoever sells looks at the template itself, under its lock, and whether the page is
//! still open.

use std::{sync::Arc, time::Duration};

use beadsbox_domain::{Template, TemplateContent};
use beadsbox_protocol::catalogue::{Catalogue, OnSale};
use serde::{Deserialize, Serialize};
use tokio::{sync::Mutex, time::Instant};
use uuid::Uuid;

use crate::{
    db::{self, shop_page::ShopPage},
    error::Failure,
    shop,
    state::App,
};

/// For how long all processes show what one of them read, where there is a Redis.
const FAR: Duration = Duration::from_secs(10);
/// Its name there. Another form of it is another name.
const NAME: &str = "offer:1";

/// What is offered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    /// To whoever asks: every template that is for sale.
    pub catalogue: Catalogue,
    /// On the shop page; none while it is closed.
    pub shelf: Option<Shelf>,
}

/// What the shop page sells, and for whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub page: ShopPage,
    /// In the order in which they are shown.
    pub templates: Vec<Template>,
}

impl Shelf {
    pub fn find(&self, id: Uuid) -> Option<&Template> {
        self.templates.iter().find(|template| template.id.0 == id)
    }
}

/// What a process read last, and when.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<(Instant, Arc<Offer>)>>);

/// What is offered, at most ten seconds older than `Config::offer_kept`. Who asks while it is read waits for it and reads nothing themselves.
pub(crate) async fn offer(app: &App) -> Result<Arc<Offer>, Failure> {
    let mut kept = app.offer.0.lock().await;
    if let Some((read_at, offer)) = &*kept
        && read_at.elapsed() < app.config.offer_kept
    {
        return Ok(Arc::clone(offer));
    }
    let offer = if let Some(offer) = app.memory.read(NAME).await {
        offer
    } else {
        let offer = read(app).await?;
        app.memory.keep(NAME, &offer, FAR).await;
        offer
    };
    let offer = Arc::new(offer);
    *kept = Some((Instant::now(), Arc::clone(&offer)));
    Ok(offer)
}

async fn read(app: &App) -> Result<Offer, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let shelf = match db::shop_page::read(&mut tx).await? {
        Some(page) => Some(Shelf { templates: shop::on_sale(&mut tx, &page).await?, page }),
        None => None,
    };
    let templates = db::template::not_archived(&mut tx).await?.into_iter().map(shown).collect();
    Ok(Offer { catalogue: Catalogue { templates }, shelf })
}

fn shown(template: Template) -> OnSale {
    let Template { id, version, content, .. } = template;
    let TemplateContent { title, description, price, validity_months, .. } = content;
    OnSale { id, version, title, description, price, validity_months }
}
