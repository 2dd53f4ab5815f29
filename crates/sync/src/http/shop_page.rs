//! The shop page, for an admin, with the token of their session.

use beadsbox_protocol::shop_page::{OrderSettlement, ShopPageChange, ShopPageSetup};
use reqwest::Method;
use uuid::Uuid;

use super::HttpServer;
use crate::transport::TransportError;

impl HttpServer {
    /// For which shop it sells, and the orders at which somebody has to look.
    pub async fn shop_page(&self, session: &str) -> Result<ShopPageSetup, TransportError> {
        self.fetch(self.request(Method::GET, "v1/admin/shop-page")?.bearer_auth(session)).await
    }

    /// Opens it for a shop, or closes it; answers what holds now.
    pub async fn change_shop_page(&self, session: &str, change: &ShopPageChange) -> Result<ShopPageSetup, TransportError> {
        self.fetch(self.request(Method::PUT, "v1/admin/shop-page")?.bearer_auth(session).json(change)).await
    }

    /// Notes that somebody dealt with an order that was in trouble.
    pub async fn settle_shop_order(&self, session: &str, order: Uuid, settlement: &OrderSettlement) -> Result<ShopPageSetup, TransportError> {
        self.fetch(self.request(Method::POST, &format!("v1/admin/shop-orders/{order}"))?.bearer_auth(session).json(settlement))
            .await
    }
}
