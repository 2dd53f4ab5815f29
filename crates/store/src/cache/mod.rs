//! The server's rows: what a page of changes writes and what the screens read.

pub(crate) mod apply;
pub(crate) mod batch;
pub(crate) mod compare;
pub(crate) mod directory;
pub(crate) mod flat;
pub(crate) mod meta;
pub(crate) mod reset;
pub(crate) mod rows;
pub(crate) mod search_text;
pub(crate) mod voucher;
