//! Where the device stands.

use super::View;
use crate::{
    error::StoreError,
    outbox::{enrolment, place},
    types::Place,
};

impl View<'_> {
    /// Where the device stands, and what people call it.
    pub fn place(&self) -> Result<Place, StoreError> {
        self.recorded(place::load(self.outbox()?))?.ok_or(StoreError::NotEnrolled)
    }

    /// The same as an admin last said, whether it was taken up yet or not; none where the cache does not know.
    pub fn said_place(&self) -> Result<Option<Place>, StoreError> {
        let Some(identity) = self.recorded(enrolment::load(self.outbox()?))? else { return Ok(None) };
        let directory = self.directory();
        let found = directory.device(identity.enrolment.device).and_then(|device| Some((device, directory.shop(device.shop)?)));
        Ok(found.map(|(device, shop)| Place { name: device.name.clone(), shop: shop.id, shop_name: Some(shop.name.clone()) }))
    }
}
