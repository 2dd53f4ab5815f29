//! One module for each area of `src/http`.

mod admin;
mod edge;
mod enrol;
mod history;
mod openapi;
mod roles;
mod sessions;
mod sync;
