//! The central server: the truth, on PostgreSQL
