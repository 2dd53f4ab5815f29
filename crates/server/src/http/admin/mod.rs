//! Administration, for admins alone.
pub mod badges;
pub mod devices;
pub mod enrolment_codes;
pub mod policy;
pub mod quarantine;
pub mod shops;
pub mod staff;
