//! Cards, by Stripe Checkout: a payment page of the provider's for each order, and what the provider tells of it.
//!
//! Whether an order is paid is believed of two alone: an event that Stripe signed, and Stripe's own answer to the server's question. Where a
//! browser comes back to says nothing. <https://docs.stripe.com/payments/checkout/fulfillment>

mod amount;
mod client;
mod event;
mod reversal;
mod signature;

pub(super) use amount::{charged, counted};
pub(super) use client::{Checkout, Session, Stripe, StripeError};
pub(super) use event::{ASKED_EVERY, ON_ITS_WAY, paid, take, told};
