//! The purchase form: what was typed, and what is wrong with it.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header};
use beadsbox_documents::Language;
use beadsbox_domain::{
    Person,
    text::{Email, Message, PersonName, TextError},
};
use serde::Serialize;
use url::form_urlencoded;

use super::render::word;
use crate::db::shop_order::PayBy;

/// What somebody typed, as they typed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Typed {
    pub buyer: String,
    pub email: String,
    pub recipient: String,
    pub message: String,
    pub payment: String,
    /// People do not see this one.
    #[serde(skip)]
    pub website: String,
    /// The form that was handed out.
    #[serde(skip)]
    pub form: String,
}

/// Something that is wrong; with the field, where it is one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    pub field: Option<&'static str>,
    pub text: String,
}

/// The fields that can be wrong.
const FIELDS: [&str; 5] = ["buyer", "email", "recipient", "message", "payment"];

impl Fault {
    /// One of the whole form.
    pub fn of_form(language: Language, key: &str) -> Self {
        Self { field: None, text: word(language, key).to_owned() }
    }

    fn of_field(language: Language, field: &'static str, error: TextError) -> Self {
        let key = match (field, error) {
            ("email", TextError::Required) => "fault_required_email",
            (_, TextError::Required) => "fault_required_buyer",
            (_, TextError::NotAnEmail) => "fault_email",
            (_, TextError::TooLong { .. }) => "fault_too_long",
            (_, TextError::ForbiddenCharacter) => "fault_character",
        };
        let limit = if let TextError::TooLong { limit } = error { limit.to_string() } else { String::new() };
        Self { field: Some(field), text: word(language, key).replace("{limit}", &limit) }
    }
}

/// Which fields are wrong, by name.
pub(super) fn wrongs(faults: &[Fault]) -> BTreeMap<&'static str, bool> {
    FIELDS.into_iter().map(|field| (field, faults.iter().any(|fault| fault.field == Some(field)))).collect()
}

impl Typed {
    /// Reads the body of a form. None for anything else. Of a field that is there twice, the last counts.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        if !kind.split(';').next()?.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return None;
        }
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let field = match name.as_ref() {
                "buyer" => &mut typed.buyer,
                "email" => &mut typed.email,
                "recipient" => &mut typed.recipient,
                "message" => &mut typed.message,
                "payment" => &mut typed.payment,
                "website" => &mut typed.website,
                "form" => &mut typed.form,
                _ => continue,
            };
            *field = value.into_owned();
        }
        Some(typed)
    }

    /// The buyer and how they pay, or everything that is wrong.
    pub fn check(&self, card_payment: bool, language: Language) -> Result<(Person, PayBy), Vec<Fault>> {
        let mut faults = Vec::new();
        let buyer = taken(&mut faults, language, "buyer", PersonName::new(&self.buyer));
        let email = taken(&mut faults, language, "email", Email::new(&self.email));
        let recipient = taken(&mut faults, language, "recipient", optional(&self.recipient, PersonName::new));
        let message = taken(&mut faults, language, "message", optional(&self.message, Message::new));
        let payment = match self.payment.as_str() {
            "card" if card_payment => Some(PayBy::Card),
            "in_shop" => Some(PayBy::InShop),
            _ => {
                faults.push(Fault { field: Some("payment"), text: word(language, "fault_payment").to_owned() });
                None
            }
        };
        match (buyer, email, recipient, message, payment) {
            (Some(buyer), Some(email), Some(recipient), Some(message), Some(payment)) => {
                Ok((Person { buyer, email: Some(email), recipient, message }, payment))
            }
            _ => Err(faults),
        }
    }
}

fn taken<T>(faults: &mut Vec<Fault>, language: Language, field: &'static str, read: Result<T, TextError>) -> Option<T> {
    read.map_err(|error| faults.push(Fault::of_field(language, field, error))).ok()
}

/// Nothing typed is nothing given.
fn optional<T>(text: &str, read: impl FnOnce(&str) -> Result<T, TextError>) -> Result<Option<T>, TextError> {
    if text.trim().is_empty() { Ok(None) } else { read(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(body: &str) -> Option<Typed> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded; charset=UTF-8"));
        Typed::read(&headers, body.as_bytes())
    }

    #[test]
    fn a_form_is_read_and_checked() {
        let typed = read("buyer=L%C3%A9a+Dubois&email=lea%40example.org&recipient=&message=a%0D%0Ab&payment=card&other=1&buyer=Ada").unwrap();
        assert_eq!((typed.buyer.as_str(), typed.email.as_str()), ("Ada", "lea@example.org"));
        let (person, payment) = typed.check(true, Language::En).unwrap();
        assert_eq!((person.message.unwrap().as_str(), person.recipient, payment), ("a\nb", None, PayBy::Card));
        assert_eq!(typed.check(false, Language::En).unwrap_err()[0].field, Some("payment"), "without Stripe nobody pays by card");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let faults = read("buyer=+&email=nobody&recipient=%00&payment=cash").unwrap().check(true, Language::Fr).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.unwrap()).collect();
        assert_eq!(fields, ["buyer", "email", "recipient", "payment"]);
        assert!(faults[0].text.starts_with("Saisissez"), "{faults:?}");
        let long = Typed { message: "x".repeat(1001), ..Typed::default() }.check(true, Language::En).unwrap_err();
        assert!(long.iter().any(|fault| fault.text == "At most 1000 characters"), "{long:?}");
    }

    #[test]
    fn what_is_no_form_is_none() {
        assert_eq!(Typed::read(&HeaderMap::new(), b"buyer=Ada"), None);
        assert_eq!(read("%FF%FE=1&&&=").unwrap(), Typed::default(), "any bytes are safe to send");
    }
}
