//! The two encrypted SQLite files of a device: outbox and cache
