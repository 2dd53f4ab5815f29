//! Where in which trace this process is at the moment: what a request or job that is being done passes on to what it causes.

use axum::http::HeaderMap;
use beadsbox_domain::OpId;
use beadsbox_protocol::trace::{TRACE_HEADER, Trace};

use crate::token;

tokio::task_local! {
    /// The part of a trace that is being done.
    static CURRENT: Trace;
}

/// This process's part in a trace, and whose part it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its own.
    pub at: Trace,
    /// None where it is the first.
    pub parent: Option<Trace>,
}

impl Place {
    /// Below that part; without one, the first of a trace of its own.
    pub fn below(parent: Option<Trace>) -> Self {
        let own = parent.and_then(|parent| parent.with_span(fresh()));
        Self { at: own.unwrap_or_else(first), parent: own.and(parent) }
    }

    /// Below what those headers name. What is not well formed, or comes twice, is not taken over.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(TRACE_HEADER).iter();
        Self::below(match (lines.next(), lines.next()) {
            (Some(line), None) => line.to_str().ok().and_then(Trace::parse),
            _ => None,
        })
    }

    /// Does it there.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self.at, work).await
    }
}

/// What is being done; none outside of requests and jobs.
pub(crate) fn current() -> Option<Trace> {
    CURRENT.try_with(|trace| *trace).ok()
}

/// Where the server takes a device's operation: in the operation's own trace, each time at the same place of it, so that whoever asks later knows it too.
pub(crate) fn of_taken(op: OpId) -> Option<Trace> {
    let made = Trace::of_operation(op)?;
    let mut span = made.span();
    // The highest bits of an id of this kind are always the same two: with others it is another part.
    span[0] ^= 0x40;
    made.with_span(span)
}

/// Random bytes. Without randomness they are all the same: traces run together, and nothing else does.
fn fresh<const N: usize>() -> [u8; N] {
    token::random().ok().filter(|bytes| *bytes != [0; N]).unwrap_or([1; N])
}

fn first() -> Trace {
    loop {
        if let Some(trace) = Trace::new(fresh(), fresh()) {
            return trace;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use uuid::Uuid;

    use super::*;

    const LINE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn of(lines: &[&str]) -> Place {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(TRACE_HEADER, HeaderValue::from_str(line).unwrap());
        }
        Place::of(&headers)
    }

    #[test]
    fn a_request_goes_on_in_the_trace_of_whoever_asks() {
        let (one, other) = (of(&[LINE]), of(&[LINE]));
        assert_eq!((one.parent, one.at.id(), other.at.id()), (Trace::parse(LINE), Trace::parse(LINE).unwrap().id(), one.at.id()));
        assert!(one.at.span() != other.at.span() && Some(one.at) != one.parent);
    }

    #[test]
    fn anything_else_begins_one_of_its_own() {
        for lines in [&[][..], &["nonsense"], &[LINE, LINE]] {
            let place = of(lines);
            assert_eq!(place.parent, None, "{lines:?}");
            assert_ne!(place.at.id(), Trace::parse(LINE).unwrap().id());
        }
        assert_ne!(of(&[]).at.id(), of(&[]).at.id());
    }

    #[test]
    fn where_an_operation_is_taken_is_another_part_of_its_trace() {
        let op = OpId(Uuid::now_v7());
        let (made, taken) = (Trace::of_operation(op).unwrap(), of_taken(op).unwrap());
        assert_eq!((made.id(), taken), (taken.id(), of_taken(op).unwrap()));
        assert_ne!(made.span(), taken.span());
    }

    #[tokio::test]
    async fn what_is_done_knows_where_it_is() {
        let place = Place::below(None);
        assert_eq!(place.scope(async { current() }).await, Some(place.at));
        assert_eq!(current(), None);
    }
}
