//! The operations of this device and what belongs to them.

pub(crate) mod batch;
pub(crate) mod chain;
pub(crate) mod counts;
pub(crate) mod day;
pub(crate) mod enrolment;
pub(crate) mod epoch;
pub(crate) mod guessing;
pub(crate) mod kind;
pub(crate) mod lives;
pub(crate) mod own;
pub(crate) mod person;
pub(crate) mod pin_attempt;
pub(crate) mod place;
pub(crate) mod preference;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod redemptions;
pub(crate) mod refusals;
pub(crate) mod results;
pub(crate) mod sign_in;
pub(crate) mod standing;
pub(crate) mod taken_back;
