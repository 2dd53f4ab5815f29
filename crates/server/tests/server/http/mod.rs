//! One module for each area of `src/http`.

mod admin;
mod edge;
mod enrol;
mod history;
mod openapi;
mod profiles;
mod ranges;
mod roles;
mod sessions;
mod snapshot;
mod sync;
