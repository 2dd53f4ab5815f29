//! Whose chain a batch goes on, and where a copy parts.

use beadsbox_authority::lives::{Discord, FIRST, Life, MOST_LIVES, follow, holder, next_number, spans};
use beadsbox_protocol::ChainHash;

const ENROLMENT: ChainHash = ChainHash([1; 32]);

fn chain(from: ChainHash, bodies: &[&str]) -> Vec<ChainHash> {
    bodies
        .iter()
        .scan(from, |hash, body| {
            *hash = hash.then(body);
            Some(*hash)
        })
        .collect()
}

/// A life of the words `a` to `g`, a copy that parted after `c`, and a copy of that one that parted after its `e`.
fn lineage() -> [Life; 3] {
    let first = Life { last_seq: 7, ..Life::first(ENROLMENT) };
    let second = Life { last_seq: 6, ..first.parted(2, 3, ChainHash([2; 32])) };
    let third = Life { last_seq: 9, ..second.parted(3, 5, ChainHash([3; 32])) };
    [third, second, first]
}

#[test]
fn what_is_held_already_is_followed_and_the_rest_is_new() {
    let bodies = ["a", "b", "c"];
    let hashes = chain(ENROLMENT, &bodies);
    assert_eq!(follow(1, bodies.into_iter(), (ENROLMENT, &hashes[..2]), hashes[2]), Ok(hashes.clone()));
    assert_eq!(Life::first(ENROLMENT).admits(2), Err(Discord::Gap(1)));
    assert_eq!(lineage()[0].admits(10), Ok(()));
}

#[test]
fn the_first_that_differs_is_told_where_all_before_it_is_the_same() {
    let (theirs, ours) = (chain(ENROLMENT, &["a", "b", "c"]), chain(ENROLMENT, &["a", "x", "y"]));
    assert_eq!(follow(1, ["a", "x", "y"].into_iter(), (ENROLMENT, &theirs), ours[2]), Err(Discord::Forked(2)));
    // The device's chain was another one before the batch: from there nobody sees where it parted.
    assert_eq!(follow(3, ["y"].into_iter(), (theirs[1], &theirs[2..]), ours[2]), Err(Discord::Gap(1)));
    // With nothing to compare, it may as well be forged.
    assert_eq!(follow(4, ["d"].into_iter(), (theirs[2], &[]), ours[2].then("d")), Err(Discord::Tip));
    assert_eq!(follow(2, ["b", "x"].into_iter(), (theirs[0], &theirs[1..]), ours[2]), Err(Discord::Tip));
    assert_eq!(follow(1, ["a"].into_iter(), (ENROLMENT, &[]), ours[2]), Err(Discord::Tip));
}

#[test]
fn operations_are_found_along_the_lives_through_which_they_came() {
    let lineage = lineage();
    assert_eq!(spans(&lineage, 1, u64::MAX), [(1, 1, 3), (2, 4, 5), (3, 6, 9)]);
    assert_eq!(spans(&lineage, 5, 6), [(2, 5, 5), (3, 6, 6)]);
    assert_eq!(spans(&lineage[1..], 4, 9), [(2, 4, 6)]);
    assert_eq!(spans(&lineage, 10, u64::MAX), []);
    let held_by = |after| holder(&lineage, after).map(|life| life.incarnation);
    assert_eq!([0, 3, 4, 5, 9, 10].map(held_by), [Some(1), Some(2), Some(2), Some(3), Some(3), None]);
}

#[test]
fn a_copys_number_is_beyond_every_number_that_its_operations_name() {
    assert_eq!(next_number(FIRST, FIRST), Some(2));
    assert_eq!(next_number(1, 4), Some(5), "a restore lost the lives up to the fourth");
    assert_eq!(next_number(4, 1), Some(5));
    assert_eq!(next_number(MOST_LIVES, 1), None);
}
