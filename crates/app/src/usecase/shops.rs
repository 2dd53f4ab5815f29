//! The shops: where vouchers are sold, and by which clock and law.

use beadsbox_domain::{
    Country, Deed, ShopId,
    text::{Address, Name},
};
use beadsbox_protocol::{
    admin::{NewShop, ShopChange},
    rows::{DeviceState, Shop},
};
use beadsbox_store::Directory;
use jiff::tz::{self, TimeZone};

use super::{Seat, id, staff::name_fault};
use crate::{
    error::{AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    view::{NamedId, PlaceChoices, ShopForm, ShopRow},
};

impl Seat {
    /// Every shop, with the devices in it.
    pub async fn shop_rows(&self) -> AppResult<Vec<ShopRow>> {
        self.require(Deed::Administer)?;
        self.shop_rows_with(None).await
    }

    /// The same, with the server's answer where its rows are late.
    async fn shop_rows_with(&self, saved: Option<Shop>) -> AppResult<Vec<ShopRow>> {
        self.read(move |view| {
            let directory = view.directory();
            let mut shops: Vec<&Shop> = directory.shops();
            if let Some(saved) = &saved {
                match shops.iter_mut().find(|shop| shop.id == saved.id) {
                    Some(shop) if shop.row_version < saved.row_version => *shop = saved,
                    Some(_) => {}
                    None => shops.push(saved),
                }
            }
            Ok(shops.into_iter().map(|shop| row(directory, shop)).collect())
        })
        .await
    }

    /// The time zones and countries that a shop may have.
    pub fn place_choices(&self) -> AppResult<PlaceChoices> {
        self.require(Deed::Administer)?;
        Ok(PlaceChoices {
            time_zones: tz::db().available().map(|name| name.to_string()).filter(|name| name.contains('/')).collect(),
            countries: Country::all().map(String::from).collect(),
        })
    }

    /// Adds a shop, or sets one whole; also closes and opens it. Every shop as it is then.
    pub async fn save_shop(&self, form: ShopForm) -> AppResult<Vec<ShopRow>> {
        self.require(Deed::Administer)?;
        let session = self.server_session()?;
        let mut faults = FieldErrors::default();
        let name = faults.take("name", Name::new(&form.name));
        let time_zone = form.time_zone.trim().to_owned();
        if TimeZone::get(&time_zone).is_err() {
            faults.add("time_zone", FieldErrorCode::NotATimeZone, None);
        }
        let country = given(&form.country).map(|code| faults.take("country", Country::new(code)));
        let address = given(&form.address).map(|lines| faults.take("address", Address::new(lines)));
        faults.finish()?;
        let name = name.map(|name| name.to_string()).unwrap_or_default();
        let (country, address) = (country.flatten().map(String::from), address.flatten().map(String::from));
        let saved = match &form.id {
            None => self.device.server.create_shop(session, &NewShop { name, time_zone, country, address }).await,
            Some(shop) => {
                let shop: ShopId = id(shop, ErrorCode::Internal)?;
                let change = ShopChange { row_version: form.row_version, name, time_zone, country, address, closed: form.closed };
                self.device.server.change_shop(session, shop, &change).await
            }
        };
        let saved = saved.map_err(name_fault)?;
        self.take_news().await;
        self.shop_rows_with(Some(saved)).await
    }
}

fn given(typed: &str) -> Option<&str> {
    Some(typed).filter(|typed| !typed.trim().is_empty())
}

fn row(directory: &Directory, shop: &Shop) -> ShopRow {
    let stands_there = |device: &&&beadsbox_protocol::rows::Device| device.shop == shop.id && device.state != DeviceState::Revoked;
    ShopRow {
        id: shop.id.to_string(),
        name: shop.name.clone(),
        time_zone: shop.time_zone.clone(),
        country: shop.country.map(String::from).unwrap_or_default(),
        address: shop.address.clone().map(String::from).unwrap_or_default(),
        closed: shop.closed,
        row_version: shop.row_version,
        devices: directory
            .devices()
            .iter()
            .filter(stands_there)
            .map(|device| NamedId { id: device.id.to_string(), name: device.name.clone() })
            .collect(),
    }
}
