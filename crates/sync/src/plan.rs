//! What to do next: pure decisions, no I/O.

use std::time::Duration;

use beadsbox_protocol::{
    ErrorCode, MOST_ROWS, Problem,
    digest::{DigestQuery, LocalDigest, RangeDigest},
    pull::{ChangesPage, ChangesQuery},
    push::{PushRequest, PushResponse},
};
use uuid::Uuid;

use crate::{
    replica::Position,
    status::{Halt, Trouble},
    transport::TransportError,
};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What to do about a failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Try again after a pause; what was sent may have arrived, and is sent again as it was.
    Retry { online: bool, trouble: Trouble, least_pause: Duration },
    /// Take everything anew.
    RebuildCache,
    /// Send again what comes after that number; with a new epoch the cache is taken anew as well.
    SendAgain { epoch: Uuid, last_seq: u64, rebuild_cache: bool },
    /// Go on as another life of the device: from that operation on the server holds others.
    Fork { first_seq: u64 },
    /// Show the enrolment's certificate.
    ShowCertificate,
    /// Do not go on without a person.
    Halt(Halt),
}

/// What to do about a failed request.
pub fn react(error: &TransportError, position: &Position) -> Reaction {
    match error {
        TransportError::Unreachable(detail) => Reaction::Retry { online: false, trouble: Trouble::Offline(detail.clone()), least_pause: Duration::ZERO },
        TransportError::NotUnderstood(detail) => Reaction::Retry { online: false, trouble: Trouble::Server(detail.clone()), least_pause: Duration::ZERO },
        TransportError::Refused(problem) => react_to_problem(problem, position),
    }
}

fn react_to_problem(problem: &Problem, position: &Position) -> Reaction {
    match (problem.code, problem.epoch, problem.expected_seq) {
        (ErrorCode::CursorGone, ..) => Reaction::RebuildCache,
        (ErrorCode::EpochChanged, Some(epoch), expected) => {
            // What the server does not say it holds is sent again, all of it: it knows what it has.
            let held = expected.map_or(0, |seq| seq.saturating_sub(1));
            Reaction::SendAgain { epoch, last_seq: before_the_last(held, position), rebuild_cache: true }
        }
        (ErrorCode::SequenceGap, _, Some(expected)) => {
            Reaction::SendAgain { epoch: position.epoch, last_seq: expected.saturating_sub(1), rebuild_cache: false }
        }
        (ErrorCode::DeviceRevoked, ..) => Reaction::Halt(Halt::Revoked),
        (ErrorCode::DeviceQuarantined, ..) => Reaction::Halt(Halt::Quarantined),
        (ErrorCode::ChainForked, _, Some(first_seq)) => Reaction::Fork { first_seq },
        (ErrorCode::ChainForked, ..) => Reaction::Halt(Halt::Forked),
        (ErrorCode::TooManyForks, ..) => Reaction::Halt(Halt::TooManyForks),
        (ErrorCode::ClientTooOld, ..) => Reaction::Halt(Halt::ClientTooOld),
        (ErrorCode::UnknownDevice, ..) => Reaction::ShowCertificate,
        (ErrorCode::BadSignature, ..) => Reaction::Halt(Halt::BadSignature),
        (code, ..) => {
            let busy = matches!(code, ErrorCode::Unavailable | ErrorCode::Internal | ErrorCode::TooManyRequests);
            let trouble = if busy { Trouble::Server(problem.title.clone()) } else { Trouble::Refused(code) };
            // A server that answers is there, but one that cannot take a redemption is as good as away.
            Reaction::Retry { online: !busy, trouble, least_pause: Duration::from_secs(problem.retry_after.unwrap_or(0)) }
        }
    }
}

/// The last operation that both hold is sent once more: a server that went back may have taken another copy's under these numbers since.
fn before_the_last(held: u64, position: &Position) -> u64 {
    held.min(position.last_seq).saturating_sub(1)
}

/// How long to wait before the attempt after `failures` failures in a row: doubling from half a second to half a minute, less
/// up to a half by chance, so that a hundred tills do not come back in one moment.
pub fn pause(failures: u32, random: u32) -> Duration {
    let full = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_PAUSE);
    let thousandths = 500 + random % 501;
    full.saturating_mul(thousandths) / 1000
}

/// The place of the batch's last operation.
pub fn last_of(batch: &PushRequest) -> u64 {
    batch.first_seq + (batch.ops.len() as u64).saturating_sub(1)
}

/// Whether the next batch, which was read before the reply to that one came, may follow before the reply is on the disk: where all
/// three are of one life and one epoch, so that nothing in the reply changes what is to be sent.
pub fn goes_on(next: &PushRequest, batch: &PushRequest, reply: &PushResponse) -> bool {
    let of = |batch: &PushRequest| (batch.epoch, batch.incarnation);
    of(next) == of(batch) && reply.epoch == batch.epoch && next.first_seq > last_of(batch)
}

/// The query that goes on from where the device stands.
pub fn next_query(position: &Position, wait_seconds: u32) -> ChangesQuery {
    ChangesQuery {
        epoch: position.epoch,
        incarnation: position.incarnation,
        cursor: position.cursor.seq,
        tag: position.cursor.tag.clone(),
        acked: position.acked,
        limit: MOST_ROWS,
        wait: wait_seconds,
        waiting: position.waiting,
        wrong_pins: position.wrong_pins,
    }
}

/// The query for the page after that one; none where it is the last for now.
pub fn query_after(page: &ChangesPage, query: &ChangesQuery) -> Option<ChangesQuery> {
    (!is_at_head(page)).then(|| ChangesQuery { cursor: page.to.seq, tag: page.to.tag.clone(), wait: 0, ..query.clone() })
}

/// Whether the answer to one query is an answer to the other. What the device held when it asked counts: an answer from before
/// an outcome came says less of the device than it knows by now.
pub fn asks_the_same(one: &ChangesQuery, other: &ChangesQuery) -> bool {
    let place = |query: &ChangesQuery| (query.epoch, query.incarnation, query.cursor, query.acked, query.limit);
    place(one) == place(other) && one.tag == other.tag
}

/// Whether the page answers the query, so that it may be taken. A page of another place would leave a hole.
pub fn page_fits(page: &ChangesPage, query: &ChangesQuery) -> bool {
    page.epoch == query.epoch && page.from.seq == query.cursor && page.to.seq >= page.from.seq && page.head >= page.to.seq
}

/// Whether the server holds less of this device than its outcomes say: it went back in time.
pub fn server_lost_some(page: &ChangesPage, asked_from: &Position) -> bool {
    page.last_seq < asked_from.acked
}

/// What to do about it.
pub fn send_lost_again(page: &ChangesPage, asked_from: &Position) -> Reaction {
    Reaction::SendAgain { epoch: page.epoch, last_seq: before_the_last(page.last_seq, asked_from), rebuild_cache: false }
}

/// Whether the page is the last one for now: nothing of the feed is left, nor of the outcomes, of which a page holds so many.
pub fn is_at_head(page: &ChangesPage) -> bool {
    page.to.seq == page.head && page.own_results.len() < MOST_ROWS as usize
}

/// What a comparison of a range says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Both hold the same.
    Equal,
    /// They do not.
    Differs,
    /// The cache took a page meanwhile: they are of two moments.
    Moved,
}

/// Compares a range's digests.
pub fn compare(query: &DigestQuery, theirs: &RangeDigest, ours: &LocalDigest) -> Comparison {
    if ours.cursor.seq != query.cursor {
        Comparison::Moved
    } else if (ours.rows, &ours.digest) == (theirs.rows, &theirs.digest) {
        Comparison::Equal
    } else {
        Comparison::Differs
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use beadsbox_protocol::pull::Cursor;
    use rstest::rstest;

    use super::*;

    fn position() -> Position {
        Position {
            epoch: Uuid::nil(),
            incarnation: 1,
            cursor: Cursor { seq: 7, tag: "a".into() },
            acked: 3,
            waiting: 2,
            wrong_pins: 0,
            last_seq: 5,
            behind: false,
        }
    }

    fn refused(code: ErrorCode) -> TransportError {
        TransportError::Refused(Box::new(Problem::new(400, code, "no")))
    }

    #[rstest]
    #[case(ErrorCode::DeviceRevoked, Halt::Revoked)]
    #[case(ErrorCode::DeviceQuarantined, Halt::Quarantined)]
    #[case(ErrorCode::ChainForked, Halt::Forked)]
    #[case(ErrorCode::ClientTooOld, Halt::ClientTooOld)]
    #[case(ErrorCode::TooManyForks, Halt::TooManyForks)]
    #[case(ErrorCode::BadSignature, Halt::BadSignature)]
    fn what_only_a_person_can_mend_halts(#[case] code: ErrorCode, #[case] halt: Halt) {
        assert_eq!(react(&refused(code), &position()), Reaction::Halt(halt));
    }

    #[test]
    fn a_fork_goes_on_from_the_first_operation_that_differs() {
        let mut problem = Problem::new(409, ErrorCode::ChainForked, "forked");
        problem.expected_seq = Some(4);
        assert_eq!(react(&TransportError::Refused(Box::new(problem)), &position()), Reaction::Fork { first_seq: 4 });
        assert_eq!(react(&refused(ErrorCode::UnknownDevice), &position()), Reaction::ShowCertificate);
    }

    #[test]
    fn a_busy_server_counts_as_offline_and_is_tried_again() {
        let Reaction::Retry { online, .. } = react(&refused(ErrorCode::Unavailable), &position()) else { panic!("must retry") };
        assert!(!online);
    }

    #[test]
    fn a_gap_sends_again_what_the_server_lacks() {
        let mut problem = Problem::new(409, ErrorCode::SequenceGap, "gap");
        problem.expected_seq = Some(2);
        let reaction = react(&TransportError::Refused(Box::new(problem)), &position());
        assert_eq!(reaction, Reaction::SendAgain { epoch: Uuid::nil(), last_seq: 1, rebuild_cache: false });
    }

    #[test]
    fn a_new_epoch_rebuilds_the_cache_and_sends_again() {
        let mut problem = Problem::new(409, ErrorCode::EpochChanged, "restored");
        (problem.epoch, problem.expected_seq) = (Some(Uuid::max()), Some(1));
        for (expected, last_seq) in [(1, 0), (2, 0), (5, 3), (6, 4), (90, 4)] {
            problem.expected_seq = Some(expected);
            let reaction = react(&TransportError::Refused(Box::new(problem.clone())), &position());
            assert_eq!(
                reaction,
                Reaction::SendAgain { epoch: Uuid::max(), last_seq, rebuild_cache: true },
                "the last one that both hold comes once more"
            );
        }
    }

    #[test]
    fn pauses_grow_and_stay_below_half_a_minute() {
        assert_eq!(pause(1, 500), Duration::from_millis(500));
        assert_eq!(pause(1, 0), Duration::from_millis(250));
        for failures in 1..200 {
            assert!(pause(failures, u32::MAX) <= LONGEST_PAUSE);
            assert!(pause(failures + 1, 500) >= pause(failures, 500));
        }
    }

    #[test]
    fn a_page_of_another_place_is_not_taken() {
        let query = next_query(&position(), 0);
        let fitting = ChangesPage {
            epoch: Uuid::nil(),
            from: Cursor { seq: 7, tag: "a".into() },
            to: Cursor { seq: 9, tag: "b".into() },
            head: 9,
            last_seq: 3,
            own_results: vec![],
            rows: vec![],
            server_time: beadsbox_domain::Timestamp::UNIX_EPOCH,
        };
        assert!(page_fits(&fitting, &query) && is_at_head(&fitting));
        assert!(!server_lost_some(&fitting, &position()));
        assert!(server_lost_some(&ChangesPage { last_seq: 2, ..fitting.clone() }, &position()));
        assert!(!page_fits(&ChangesPage { from: Cursor { seq: 8, tag: "b".into() }, ..fitting.clone() }, &query));
        assert!(!page_fits(&ChangesPage { epoch: Uuid::max(), ..fitting.clone() }, &query));
        assert!(!page_fits(&ChangesPage { head: 8, ..fitting }, &query));
    }

    #[test]
    fn a_batch_goes_on_only_in_the_same_life_and_epoch() {
        let now = beadsbox_domain::Timestamp::UNIX_EPOCH;
        let batch = |first_seq, epoch, incarnation| PushRequest {
            epoch,
            device_id: beadsbox_domain::DeviceId(Uuid::nil()),
            incarnation,
            first_seq,
            ops: vec![String::new(); 3],
            persons: vec![],
            chain_tip: String::new(),
            signature: String::new(),
            waiting: 0,
            device_time: now,
            receipts: vec![],
        };
        let reply = |epoch| PushResponse { epoch, last_seq: 6, results: vec![], quarantined: false, server_time: now };
        let (sent, epoch) = (batch(4, Uuid::nil(), 1), Uuid::nil());
        assert_eq!(last_of(&sent), 6);
        assert!(goes_on(&batch(7, epoch, 1), &sent, &reply(epoch)));
        assert!(goes_on(&batch(9, epoch, 1), &sent, &reply(epoch)), "what lies between has its outcomes");
        assert!(!goes_on(&batch(6, epoch, 1), &sent, &reply(epoch)));
        assert!(!goes_on(&batch(7, Uuid::max(), 1), &sent, &reply(epoch)));
        assert!(!goes_on(&batch(7, epoch, 2), &sent, &reply(epoch)));
        assert!(!goes_on(&batch(7, epoch, 1), &sent, &reply(Uuid::max())));
    }

    #[test]
    fn a_page_asked_for_ahead_counts_only_where_the_device_stands_as_it_stood() {
        let query = next_query(&position(), 25);
        let page = |to: u64, own_results| ChangesPage {
            epoch: Uuid::nil(),
            from: Cursor { seq: 7, tag: "a".into() },
            to: Cursor { seq: to, tag: "b".into() },
            head: 9,
            last_seq: 3,
            own_results,
            rows: vec![],
            server_time: beadsbox_domain::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(query_after(&page(9, vec![]), &query), None);
        let ahead = query_after(&page(8, vec![]), &query).unwrap();
        assert_eq!((ahead.cursor, ahead.tag.as_str(), ahead.wait), (8, "b", 0));
        let stands = Position { cursor: Cursor { seq: 8, tag: "b".into() }, waiting: 9, last_seq: 12, ..position() };
        assert!(asks_the_same(&ahead, &next_query(&stands, 25)));
        let others = [
            Position { acked: 4, ..stands.clone() },
            Position { epoch: Uuid::max(), ..stands.clone() },
            Position { incarnation: 2, ..stands.clone() },
            Position { cursor: Cursor { seq: 8, tag: "c".into() }, ..stands.clone() },
            Position { cursor: Cursor { seq: 9, tag: "b".into() }, ..stands },
        ];
        assert!(others.iter().all(|other| !asks_the_same(&ahead, &next_query(other, 0))));
    }
}
