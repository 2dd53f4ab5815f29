//! What a till records as a file: packed for the server, and put on a drive whole or not at all.

pub(crate) mod disk;
pub(crate) mod pack;
