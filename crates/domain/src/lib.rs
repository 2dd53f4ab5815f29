//! What vouchers are and what an operation does to them.
//!
//! Pure: no I/O, no clock, no randomness. Whoever calls brings the time, the random bytes and the rows; the answer is the
//! same on a till without network, in the back office and on the server.

pub mod books;
pub mod code;
pub mod conflict;
pub mod country;
pub mod day;
pub mod decide;
pub mod expiry;
pub mod folding;
pub mod ids;
pub mod least_validity;
pub mod ledger;
pub mod marks;
pub mod money;
pub mod operation;
pub mod outcome;
pub mod permission;
pub mod person;
pub mod pin;
pub mod policy;
pub mod redemption;
pub mod status;
pub mod template;
pub mod text;
pub mod voucher;

pub use books::{Bearer, BooksEffect};
pub use code::{CodeError, VoucherCode};
pub use conflict::{Conflict, ConflictKind, ConflictState, Settlement};
pub use country::{Country, UnknownCountry};
pub use day::{CashMovement, DayClose, LastClose};
pub use decide::{Change, Context, Decision, Situation, decide};
pub use ids::{BatchId, ConflictId, DeviceId, OpId, ShopId, StaffId, TemplateId, VoucherId};
pub use jiff::{Timestamp, civil::Date};
pub use least_validity::{CountryValidity, LeastValidity, LeastValidityError};
pub use marks::{Batch, ExternalCode, Marks, Origin};
pub use money::{Currency, Money, MoneyError};
pub use operation::{Imported, Operation, RedeemMode, Replaced, Replacement};
pub use outcome::{Outcome, Refusal};
pub use permission::{Deed, Role};
pub use person::{Person, PersonHash};
pub use pin::{Pin, PinError};
pub use policy::{OfflineLimits, Policy, PolicyError};
pub use redemption::{Redemption, RedemptionOutcome};
pub use status::{Status, StatusChange};
pub use template::{Template, TemplateContent, Vat};
pub use voucher::{Payment, Stamp, Voucher};
