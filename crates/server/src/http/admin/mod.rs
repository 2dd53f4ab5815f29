//! Administration, for admins alone.
pub mod accounts;
pub mod addresses;
pub mod acts;
pub mod badges;
pub mod devices;
pub mod end_of_day;
pub mod enrolment_codes;
pub mod jobs;
pub mod mail;
pub mod least_validity;
pub mod outbox_imports;
pub mod personal_data;
pub mod policy;
pub mod quarantine;
pub mod shops;
pub mod staff;
