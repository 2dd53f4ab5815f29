//! Which trace something belongs to (W3C Trace Context), from a click to what comes of it.
//!
//! An operation needs no trace beside it: its id is 16 bytes of which 62 bits are random, and so is a trace's. It stands in the body, the outbox and the
//! server's log already, and so it is the trace, whatever carries the operation and however late. See docs/adr/0051-sight.md.

use std::fmt;

use beadsbox_domain::OpId;

/// The header that names a trace.
pub const TRACE_HEADER: &str = "traceparent";

/// A trace, and a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
}

impl Trace {
    /// None where one of both is all zeros, which says "none".
    pub fn new(id: [u8; 16], span: [u8; 8]) -> Option<Self> {
        (id != [0; 16] && span != [0; 8]).then_some(Self { id, span })
    }

    /// That of whoever made an operation, as they made it. None for an id that was made up of zeros.
    pub fn of_operation(op: OpId) -> Option<Self> {
        let id = *op.0.as_bytes();
        let mut span = [0; 8];
        span.copy_from_slice(&id[8..]);
        Self::new(id, span)
    }

    /// Another part of the same trace; none where that one is all zeros.
    pub fn with_span(self, span: [u8; 8]) -> Option<Self> {
        Self::new(self.id, span)
    }

    /// The 16 bytes that all parts have in common.
    pub const fn id(self) -> [u8; 16] {
        self.id
    }

    /// The 8 bytes of this part.
    pub const fn span(self) -> [u8; 8] {
        self.span
    }

    /// 32 hexadecimal digits.
    pub fn id_text(self) -> String {
        hex::encode(self.id)
    }

    /// 16 hexadecimal digits.
    pub fn span_text(self) -> String {
        hex::encode(self.span)
    }

    /// Reads `00-{trace}-{part}-{flags}`. A later version may say more behind it. None for anything else.
    pub fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split('-');
        let (version, id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let [version] = digits::<1>(version)?;
        digits::<1>(flags)?;
        let ends = version != 0 || parts.next().is_none();
        (version != 0xff && ends).then_some(())?;
        Self::new(digits(id)?, digits(span)?)
    }
}

/// Lower-case digits of so many bytes.
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let is_lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-01", self.id_text(), self.span_text())
    }
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::OpId;
    use uuid::Uuid;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_trace_is_read_as_it_is_written() {
        let line = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let trace = Trace::parse(&line).unwrap();
        assert_eq!((trace.to_string(), trace.id_text(), trace.span_text()), (line, TRACE.to_owned(), "00f067aa0ba902b7".to_owned()));
        assert_eq!(Trace::parse(&format!("01-{TRACE}-00f067aa0ba902b7-00-what-comes-later")), Some(trace));
    }

    #[test]
    fn anything_else_is_none() {
        let zeros = "0".repeat(32);
        for line in [
            String::new(),
            TRACE.to_owned(),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("00-{TRACE}00-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-00f067aa0ba902b7-1"),
        ] {
            assert_eq!(Trace::parse(&line), None, "{line}");
        }
    }

    #[test]
    fn an_operation_is_its_trace() {
        let op = Uuid::parse_str("0198c0de-7b2a-7000-8000-00000000000a").unwrap();
        let trace = Trace::of_operation(OpId(op)).unwrap();
        assert_eq!(trace.id_text(), op.simple().to_string());
        assert_eq!(trace.span_text(), "800000000000000a");
        assert_eq!(Trace::of_operation(OpId(Uuid::nil())), None);
    }
}
