//! The shop page: where buyers choose a voucher, pay for it and get it, in a browser of any kind, with or without scripts.
//!
//! What somebody buys is an order (`order`), whose voucher's id and code are fixed before anything is paid. It is paid on the payment
//! provider's page (`stripe`) or at a counter; the sale itself is an operation like any other, of the server or of the till, and whoever's it is
//! completes the order in the transaction that takes it (`issue`). What nobody pays is let go (`due`). The pages are in `pages`.

mod config;
mod due;
mod guard;
mod issue;
mod limits;
mod open;
mod order;
mod pages;
mod reservation;
mod stripe;

use std::sync::Arc;

use beadsbox_authority::Identity;
use tokio::sync::Semaphore;

pub use config::{ShopConfig, StripeConfig};
pub use due::Settled;
pub(crate) use due::settle;
pub(crate) use issue::Ordered;
pub(crate) use open::{note_front, on_sale, set as set_page, settle as settle_order, setup as page_setup};
pub(crate) use pages::router;
pub(crate) use reservation::lookup;

use crate::error::StartError;

/// What the pages stand on, beside the database.
pub(crate) struct Shop {
    config: ShopConfig,
    keys: guard::Keys,
    stripe: Option<Arc<stripe::Stripe>>,
    /// One for each event that the payment provider tells at the moment.
    telling: Semaphore,
}

impl Shop {
    /// Nothing is sent yet.
    pub fn new(config: ShopConfig, identity: &Identity) -> Result<Self, StartError> {
        config.check()?;
        let stripe = config.stripe.as_ref().map(stripe::Stripe::new).transpose()?.map(Arc::new);
        Ok(Self { keys: guard::Keys::of(&identity.signing_key), stripe, telling: Semaphore::new(pages::events::AT_ONCE), config })
    }
}
