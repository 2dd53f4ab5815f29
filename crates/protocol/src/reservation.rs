//! `POST /v1/reservations/find`: what somebody ordered on the shop page to pay it at a counter.

use beadsbox_domain::{Person, TemplateContent, TemplateId, Timestamp, VoucherCode, VoucherId};
use serde::{Deserialize, Serialize};

/// The symbols, by value: Crockford's base32, as vouchers have it.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;

/// What the buyer says at the counter: 8 symbols, 40 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "7KQ2M9XA")]
pub struct ReservationCode(String);

/// Not 8 symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reservation has 8 letters and digits")]
pub struct NoReservation;

impl ReservationCode {
    /// From random bytes.
    pub fn from_random(bytes: [u8; LENGTH]) -> Self {
        Self(bytes.iter().map(|byte| char::from(SYMBOLS[usize::from(byte & 31)])).collect())
    }

    /// Reads one as people write it: case-blind, `O` as 0, `I` and `L` as 1, spaces and dashes ignored.
    pub fn parse(text: &str) -> Result<Self, NoReservation> {
        let mut symbols = String::with_capacity(LENGTH);
        for character in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')) {
            let symbol = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if symbols.len() == LENGTH || !u8::try_from(symbol).is_ok_and(|symbol| SYMBOLS.contains(&symbol)) {
                return Err(NoReservation);
            }
            symbols.push(symbol);
        }
        if symbols.len() == LENGTH { Ok(Self(symbols)) } else { Err(NoReservation) }
    }

    /// Without its dash, as it is kept.
    pub fn compact(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ReservationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (front, back) = self.0.split_at(LENGTH / 2);
        write!(f, "{front}-{back}")
    }
}

impl TryFrom<String> for ReservationCode {
    type Error = NoReservation;
    fn try_from(text: String) -> Result<Self, NoReservation> {
        Self::parse(&text)
    }
}

impl From<ReservationCode> for String {
    fn from(code: ReservationCode) -> Self {
        code.0
    }
}

/// Which one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationQuery {
    /// As the buyer says it.
    pub code: ReservationCode,
}

/// What became of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// It waits for its buyer.
    Open,
    /// It was paid: it has its voucher.
    Sold,
    /// Its time is over, or its buyer ordered anew.
    Over,
    /// It is being paid on the internet.
    PaidOnline,
}

/// A reservation. The sale that completes it has this voucher, code, template and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reservation {
    /// As the buyer says it.
    pub code: ReservationCode,
    /// What became of it.
    pub state: ReservationState,
    /// Until when it is held.
    #[schema(value_type = String, format = DateTime)]
    pub holds_until: Timestamp,
    /// The voucher that its sale makes.
    pub voucher: VoucherId,
    /// That voucher's code; none unless it waits for its buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher_code: Option<VoucherCode>,
    /// Of what it is.
    pub template: TemplateId,
    /// The template's version that was ordered.
    pub template_version: u32,
    /// What the template said, and costs.
    pub content: TemplateContent,
    /// Who ordered it; none where they were erased, and unless it waits for its buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_is_read_as_people_write_it() {
        let code = ReservationCode::from_random([0, 1, 31, 10, 255, 128, 64, 20]);
        assert_eq!((code.compact(), code.to_string().as_str()), ("01ZAZ00M", "01ZA-Z00M"));
        for text in ["01ZA-Z00M", " o1za zoom", "OIZA–ZOOM", "olzaz00m"] {
            assert_eq!(ReservationCode::parse(text), Ok(code.clone()), "{text}");
        }
        for text in ["", "01ZA-Z00", "01ZA-Z00MM", "01ZA-Z00U", "01ZA-Z0é", "\u{0}1ZAZ00M"] {
            assert_eq!(ReservationCode::parse(text), Err(NoReservation), "{text}");
        }
    }
}
