//! Values as PostgreSQL writes and reads them in JSON: for `jsonb_populate_recordset` and `json_agg`.

use std::borrow::Cow;

/// Bytes, in hexadecimal.
pub mod bytea {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("\\x{}", hex::encode(bytes)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        read(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("no bytes"))
    }

    fn read(text: &str) -> Option<Vec<u8>> {
        hex::decode(text.strip_prefix("\\x")?).ok()
    }

    /// The same, or none.
    pub mod optional {
        use serde::{Deserialize as _, Deserializer, de::Error as _};

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
            let text = Option::<String>::deserialize(deserializer)?;
            text.map(|text| super::read(&text).ok_or_else(|| D::Error::custom("no bytes"))).transpose()
        }
    }
}

/// A time.
pub mod timestamp {
    use beadsbox_domain::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::with_era(at.to_string()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        super::with_signed_year(&String::deserialize(deserializer)?).parse().map_err(D::Error::custom)
    }
}

/// A moment or day as PostgreSQL writes it, with the year as everybody else does: the year before the first is 0, not 1 before Christ. A device may say any.
fn with_signed_year(text: &str) -> Cow<'_, str> {
    let before_christ = text.strip_suffix(" BC").and_then(|text| text.split_once('-'));
    match before_christ.and_then(|(year, rest)| Some((year.parse::<i32>().ok()?, rest))) {
        Some((year, rest)) => format!("{:+07}-{rest}", 1 - year).into(),
        None => text.into(),
    }
}

/// The other way round.
fn with_era(text: String) -> String {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text.as_str()), |unsigned| (-1, unsigned));
    match unsigned.split_once('-').and_then(|(year, rest)| Some((sign * year.parse::<i32>().ok()?, rest))) {
        Some((year @ ..=0, rest)) => format!("{:04}-{rest} BC", 1 - year),
        _ => text,
    }
}

macro_rules! optional {
    ($(#[$doc:meta])* $name:ident, $column:ty, $value:ty) => {
        $(#[$doc])*
        pub mod $name {
            use jiff_sqlx::ToSqlx as _;
            use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

            #[expect(clippy::ref_option, reason = "the signature that serde asks for")]
            pub fn serialize<S: Serializer>(value: &Option<$column>, serializer: S) -> Result<S::Ok, S::Error> {
                value.map(|value| super::with_era(value.to_jiff().to_string())).serialize(serializer)
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$column>, D::Error> {
                let read = |text: String| super::with_signed_year(&text).parse::<$value>().map_err(D::Error::custom);
                Ok(Option::<String>::deserialize(deserializer)?.map(read).transpose()?.map(|value| value.to_sqlx()))
            }
        }
    };
}

optional!(
    /// A time, or none.
    optional_timestamp,
    jiff_sqlx::Timestamp,
    beadsbox_domain::Timestamp
);
optional!(
    /// A day, or none.
    optional_date,
    jiff_sqlx::Date,
    beadsbox_domain::Date
);

#[cfg(test)]
mod tests {
    use beadsbox_domain::{Date, Timestamp};

    use super::{with_era, with_signed_year};

    #[test]
    fn years_before_the_first_are_read() {
        for at in ["+000000-06-01T00:00:00Z", "-000044-03-15T12:00:00.5Z", "-009998-01-01T00:00:00Z", "2026-11-27T18:33:57.81Z"] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(with_signed_year(&with_era(at.to_string())).parse::<Timestamp>().unwrap(), at);
        }
        assert_eq!(with_era("-000044-03-15T12:00:00.5Z".to_owned()), "0045-03-15T12:00:00.5Z BC");
        let at: Timestamp = with_signed_year("0001-06-01T00:00:00+00:00 BC").parse().unwrap();
        assert_eq!(at, "+000000-06-01T00:00:00Z".parse().unwrap());
        let at: Timestamp = with_signed_year("0045-03-15T12:00:00.5+00:00 BC").parse().unwrap();
        assert_eq!(at, "-000044-03-15T12:00:00.5Z".parse().unwrap());
        let day: Date = with_signed_year("0045-03-15 BC").parse().unwrap();
        assert_eq!(day, "-000044-03-15".parse().unwrap());
        assert_eq!(with_signed_year("2026-11-27T18:33:57.81+00:00"), "2026-11-27T18:33:57.81+00:00");
    }
}
