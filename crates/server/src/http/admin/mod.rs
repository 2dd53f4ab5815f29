//! Administration, for admins alone.
pub mod accounts;
pub mod acts;
pub mod addresses;
pub mod badges;
pub mod devices;
pub mod end_of_day;
pub mod enrolment_codes;
pub mod jobs;
pub mod least_validity;
pub mod mail;
pub mod outbox_imports;
pub mod personal_data;
pub mod policy;
pub mod quarantine;
pub mod shop_page;
pub mod shops;
pub mod staff;
