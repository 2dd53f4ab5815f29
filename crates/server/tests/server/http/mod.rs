//! One module for each area of `src/http`.

mod acts;
mod admin;
mod assignee;
mod credentials;
mod devices;
mod edge;
mod enrol;
mod fuzzed;
mod history;
mod least_client;
mod limits;
mod openapi;
mod pins;
mod profiles;
mod ranges;
mod roles;
mod sessions;
mod shops;
pub mod snapshot;
mod sync;
mod voucher_list;
