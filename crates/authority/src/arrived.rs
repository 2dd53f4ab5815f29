//! An operation as it came to the server.

use beadsbox_domain::{OpId, PersonHash, Timestamp};
use beadsbox_protocol::{BodyError, ChainHash, OperationBody};

use crate::told::Word;

/// An operation as it came.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Its place in the device's order.
    pub dev_seq: u64,
    /// The text, byte for byte.
    pub body: String,
    /// What the server makes of it.
    pub reading: Reading,
    /// When it came.
    pub received_at: Timestamp,
}

/// What the server makes of a body.
#[derive(Debug, Clone)]
pub enum Reading {
    /// An operation.
    Operation(Box<OperationBody>),
    /// Written by a newer program: held until this one is upgraded.
    Newer,
    /// Stored as it came, and rejected.
    Unreadable(String),
}

impl Arrived {
    /// Reads the text.
    pub fn new(dev_seq: u64, body: String, received_at: Timestamp) -> Self {
        let reading = match OperationBody::decode(&body) {
            Ok(operation) => Reading::Operation(Box::new(operation)),
            Err(BodyError::NewerFormat(_)) => Reading::Newer,
            Err(error) => Reading::Unreadable(printable(&error.to_string())),
        };
        Self { dev_seq, body, reading, received_at }
    }

    /// The operation, where it can be read.
    fn read(&self) -> Option<&OperationBody> {
        if let Reading::Operation(body) = &self.reading { Some(body) } else { None }
    }

    /// Its id, where it can be read.
    pub fn op_id(&self) -> Option<OpId> {
        self.read().map(|body| body.op)
    }

    /// The buyer that a sale names.
    pub fn buyer(&self) -> Option<PersonHash> {
        self.read()?.operation.buyer()
    }
}

/// A parser's words may quote what it read: short, and without control characters, which the database does not take.
fn printable(detail: &str) -> String {
    detail.chars().filter(|character| !character.is_control()).take(200).collect()
}

/// An operation that the server does not hold yet, at its place in the chain.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// As it came.
    pub arrived: Arrived,
    /// The chain's hash after it.
    pub hash: ChainHash,
    /// What an earlier epoch had decided on it.
    pub word: Option<Word>,
}
