//! Texts that people type, bounded and cleaned once at the border.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space where something must stand.
    #[error("required")]
    Required,
    /// More characters than the field holds.
    #[error("longer than {limit} characters")]
    TooLong {
        /// The most characters.
        limit: usize,
    },
    /// A control character or one that turns the direction of writing: they hide what a text says.
    #[error("forbidden character")]
    ForbiddenCharacter,
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    NotAnEmail,
}

/// Control characters, the marks that override the direction of writing (Unicode's `Bidi_Control`), the byte order mark, and
/// in a text of one line everything that breaks lines.
fn is_forbidden(character: char, lines: bool) -> bool {
    (character.is_control() && !(lines && character == '\n'))
        || (!lines && matches!(character, '\u{2028}' | '\u{2029}'))
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn clean(text: &str, least: usize, limit: usize, lines: bool) -> Result<String, TextError> {
    // Length in characters, as a person counts them; the bound before it keeps hostile megabytes cheap.
    if text.len() > limit * 4 + 1024 {
        return Err(TextError::TooLong { limit });
    }
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    let text = text.trim();
    if text.chars().any(|c| is_forbidden(c, lines)) {
        return Err(TextError::ForbiddenCharacter);
    }
    match text.chars().count() {
        count if count < least => Err(TextError::Required),
        count if count > limit => Err(TextError::TooLong { limit }),
        _ => Ok(text.to_owned()),
    }
}

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident($least:literal..=$limit:literal, lines: $lines:literal)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// The most characters.
            pub const LIMIT: usize = $limit;

            /// Trims and checks.
            pub fn new(text: &str) -> Result<Self, TextError> {
                clean(text, $least, $limit, $lines).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

text! {
    /// A template's title.
    Title(1..=300, lines: false),
    /// A template's description; may have several lines, may be empty.
    Description(0..=5000, lines: true),
    /// The name of a buyer or recipient.
    PersonName(1..=100, lines: false),
    /// What the buyer writes to the recipient.
    Message(1..=1000, lines: true),
    /// Why somebody corrected, cancelled or settled something.
    Reason(1..=500, lines: true),
    /// What a signed code said, as it was read.
    SignedText(1..=512, lines: false),
    /// A shop's, device's or staff member's name.
    Name(1..=100, lines: false),
    /// A shop's address, in lines.
    Address(1..=300, lines: true),
}

/// An e-mail address: something before and after one `@`, a dot in the domain, no spaces. Whether it exists, only a mail can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, max_length = 254))]
pub struct Email(String);

impl Email {
    /// The most characters (RFC 5321, section 4.5.3.1.3).
    pub const LIMIT: usize = 254;

    /// Trims and checks.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = clean(text, 1, Self::LIMIT, false)?;
        let sound = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains('@')
        });
        if sound && !text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>')) {
            Ok(Self(text))
        } else {
            Err(TextError::NotAnEmail)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}
