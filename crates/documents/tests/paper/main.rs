//! What comes out is read back: text and size of a PDF, the QR code from its pixels, and what a printer would print.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod badge;
mod book;
mod close;
mod escpos;
mod receipt;
mod report;
mod support;
mod voucher;
