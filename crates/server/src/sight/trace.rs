//! Which trace a request belongs to (W3C Trace Context): that of whoever asks, or one of its own.

use std::fmt;

use axum::http::HeaderMap;

use crate::token;

/// The header that names it.
const HEADER: &str = "traceparent";

/// A trace, and this process's part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub id: Hex<16>,
    /// 16 hexadecimal digits, made here.
    pub span: Hex<8>,
}

/// Bytes as digits. All zeros is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hex<const N: usize>([u8; N]);

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> Hex<N> {
    /// Without randomness there is no trace, and the request goes on.
    fn fresh() -> Self {
        Self(token::random().unwrap_or([0; N]))
    }

    /// Lower-case digits, and not all of them zero.
    fn read(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        let is_lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_lower && hex::decode_to_slice(text, &mut bytes).is_ok() && bytes != [0; N]).then_some(Self(bytes))
    }
}

impl Trace {
    /// The trace that those headers name. One that is not well formed, or comes twice, is not taken over.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(HEADER).iter();
        let named = match (lines.next(), lines.next()) {
            (Some(line), None) => line.to_str().ok().and_then(read),
            _ => None,
        };
        Self { id: named.unwrap_or_else(Hex::fresh), span: Hex::fresh() }
    }
}

/// `00-{trace}-{parent}-{flags}`. A later version may say more behind it.
fn read(line: &str) -> Option<Hex<16>> {
    let mut parts = line.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_two = |text: &str| text.len() == 2 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let ends = version != "00" || parts.next().is_none();
    (is_two(version) && version != "ff" && is_two(flags) && ends).then_some(())?;
    Hex::<8>::read(parent)?;
    Hex::read(trace)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn of(lines: &[&str]) -> Trace {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HEADER, HeaderValue::from_str(line).unwrap());
        }
        Trace::of(&headers)
    }

    #[test]
    fn a_request_goes_on_in_the_trace_of_whoever_asks() {
        for line in [format!("00-{TRACE}-00f067aa0ba902b7-01"), format!("01-{TRACE}-00f067aa0ba902b7-00-what-comes-later")] {
            let (one, other) = (of(&[&line]), of(&[&line]));
            assert_eq!((one.id.to_string(), other.id.to_string()), (TRACE.to_owned(), TRACE.to_owned()));
            assert_ne!(one.span, other.span);
            assert_eq!(one.span.to_string().len(), 16);
        }
    }

    #[test]
    fn anything_else_begins_one_of_its_own() {
        let good = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let zeros = "0".repeat(32);
        let others = [
            String::new(),
            TRACE.to_owned(),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("00-{TRACE}00-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-00f067aa0ba902b7-1"),
        ];
        for line in &others {
            let made = of(&[line]);
            assert!(made.id.to_string() != TRACE && made.id != Hex([0; 16]), "{line}");
        }
        assert_ne!(of(&[&good, &good]).id.to_string(), TRACE, "two of them say nothing");
        assert_ne!(of(&[]).id, of(&[]).id);
    }
}
