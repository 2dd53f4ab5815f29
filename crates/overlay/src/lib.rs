//! What a screen shows of a voucher or template: the cached row, and over it those of the device's own operations that the row
//! does not hold yet, by the rules that the server applies. Pure: where rows and operations are kept is the caller's matter, so
//! that the simulator shows what the program shows.

mod acknowledged;
mod containment;
mod own;
mod replay;
mod state;

pub use own::{Acknowledgement, Own, Place};
pub use replay::{Foretelling, Replayed, context, template, voucher};
pub use state::VoucherState;
