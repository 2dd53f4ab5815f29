//! Administration, for admins alone.
pub mod devices;
pub mod end_of_day;
pub mod enrolment_codes;
pub mod quarantine;
pub mod shops;
pub mod staff;
