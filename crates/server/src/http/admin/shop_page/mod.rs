//! The shop page: for which shop it sells, and the orders at which somebody has to look.
pub mod change;
pub mod read;
pub mod settle;
