//! What the QR code beside a one-time code says: everything that a new device asks for at its first start.
//!
//! The text is `MBE1:` and, in base45 (the symbols of a QR code's compact mode, and the same on every keyboard), four bytes of SHA-256 and
//! the server's address, the code and the device's name, a line each. The hash finds what a scanner garbled; it proves nothing, and nothing
//! has to be proved: the code is good once, and whoever scans sees the address before they confirm it.

use std::fmt;

use beadsbox_domain::text::{Name, TextError};
use sha2::{Digest as _, Sha256};

/// What every one begins with.
pub const PREFIX: &str = "MBE1:";
/// The longest address.
pub const MOST_SERVER_CHARACTERS: usize = 200;
const MOST_CODE_CHARACTERS: usize = 40;
/// The longest text that is looked at: three symbols for two bytes, of which a character of a name has four at most.
const MOST_CHARACTERS: usize = 1024;
const CHECK_BYTES: usize = 4;
const CONTEXT: &[u8] = b"beadsbox enrol ticket 1";

/// What a new device is told.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolTicket {
    server: String,
    code: String,
    name: Option<Name>,
}

/// The code lets a device in: it goes into no log.
impl fmt::Debug for EnrolTicket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EnrolTicket").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Why a text is no such ticket, or none can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolTicketError {
    /// It does not begin as one.
    #[error("no ticket for enrolling")]
    NotATicket,
    /// Of a later form than this program reads.
    #[error("a ticket of a later form")]
    NewerForm,
    /// Longer than any can be.
    #[error("too long for a ticket")]
    TooLong,
    /// Cut, garbled or altered.
    #[error("a damaged ticket")]
    Damaged,
    /// The address or the code is empty, too long, or has characters that neither has.
    #[error("no address and code")]
    NotAnAddress,
    /// The name is none.
    #[error("the name: {0}")]
    Name(#[from] TextError),
}

impl EnrolTicket {
    /// A ticket for the server at that address; without a name the person at the device chooses one.
    pub fn new(server: &str, code: &str, name: Option<&str>) -> Result<Self, EnrolTicketError> {
        if !is_plain(server, MOST_SERVER_CHARACTERS) || !is_plain(code, MOST_CODE_CHARACTERS) {
            return Err(EnrolTicketError::NotAnAddress);
        }
        Ok(Self { server: server.to_owned(), code: code.to_owned(), name: name.map(Name::new).transpose()? })
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The one-time code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What the device is to be called.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(Name::as_str)
    }

    /// The text of the QR code.
    pub fn text(&self) -> String {
        let said = format!("{}\n{}\n{}", self.server, self.code, self.name().unwrap_or_default());
        let bytes = [&check(said.as_bytes())[..], said.as_bytes()].concat();
        format!("{PREFIX}{}", base45::encode(&bytes))
    }

    /// Reads the text of a QR code. Any text is safe to give.
    pub fn parse(text: &str) -> Result<Self, EnrolTicketError> {
        // base45 has capitals alone, and this one ends in no space; a scanner or Caps Lock may have made small letters of them.
        let text = text.trim_matches(|character: char| character.is_ascii_control() || character == ' ');
        if text.len() > PREFIX.len() + MOST_CHARACTERS {
            return Err(EnrolTicketError::TooLong);
        }
        let text = text.to_ascii_uppercase();
        let encoded = text.strip_prefix(PREFIX).ok_or_else(|| foreign(&text))?;
        let bytes = base45::decode(encoded).map_err(|_| EnrolTicketError::Damaged)?;
        let (checked, said) = bytes.split_first_chunk::<CHECK_BYTES>().ok_or(EnrolTicketError::Damaged)?;
        if *checked != check(said) {
            return Err(EnrolTicketError::Damaged);
        }
        let said = std::str::from_utf8(said).map_err(|_| EnrolTicketError::Damaged)?;
        let [server, code, name] = said.split('\n').collect::<Vec<_>>()[..] else { return Err(EnrolTicketError::Damaged) };
        Self::new(server, code, Some(name).filter(|name| !name.is_empty()))
    }
}

/// A later form begins with another number.
fn foreign(text: &str) -> EnrolTicketError {
    let newer = text
        .strip_prefix("MBE")
        .and_then(|rest| rest.split_once(':'))
        .is_some_and(|(number, _)| number.parse::<u8>().is_ok_and(|number| number > 1));
    if newer { EnrolTicketError::NewerForm } else { EnrolTicketError::NotATicket }
}

fn is_plain(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check(said: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = Sha256::digest([CONTEXT, said].concat());
    [hash[0], hash[1], hash[2], hash[3]]
}
