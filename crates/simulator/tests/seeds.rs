//! Seeds, as the ordinary tests run them: thirty for each rule, and every one of them is held to all ten. `./dev simulate` runs as
//! many as one has time for.

use beadsbox_simulator::{Breakage, Plan, run, shrink::shrink, tally::Tally};

/// So many seeds for each rule.
const SEEDS: u64 = 30;
const STEPS: usize = 400;

/// Copies, late devices and restores are rare: these need longer runs to meet one another.
const LONG_RUN: usize = 1500;

/// Runs the seeds of that rule, and answers what happened in them.
fn hold(rule: u64) -> Tally {
    hold_from(rule * 1000, STEPS)
}

/// Runs the seeds from that one on, each with so many steps.
fn hold_from(first: u64, length: usize) -> Tally {
    let mut tally = Tally::default();
    for seed in first..first + SEEDS {
        let plan = Plan::of_seed(seed, Some(length));
        let outcome = run(&plan, &plan.steps, None);
        if let Some(violation) = outcome.violation {
            let fails = |steps: &[_]| run(&plan, steps, None).violation.is_some_and(|found| found.rule == violation.rule);
            let steps = shrink(&plan.steps, fails);
            panic!("seed {seed}: {violation}\n{steps:#?}\nagain: ./dev simulate --seed {seed} --steps {length}");
        }
        tally.join(&outcome.tally);
    }
    tally
}

/// A rule that was not put to the test holds nothing.
fn met(tally: &Tally, what: &[&str]) {
    for what in what {
        assert!(tally.of(what) > 0, "{what}: never happened");
    }
}

#[test]
fn rule_1_what_was_confirmed_is_on_the_server_once_after_any_faults() {
    met(
        &hold(1),
        &["replies lost after the commit", "requests repeated", "programs killed", "power cuts", "redemptions accepted", "operations given back"],
    );
}

#[test]
fn rule_2_every_attempt_becomes_something_and_one_at_most_stands() {
    met(
        &hold(2),
        &["redemptions accepted", "redemptions in conflict", "redemptions refused", "redemptions withdrawn", "redemptions undone"],
    );
}

#[test]
fn rule_3_conflicts_keep_both_sides_through_every_fault() {
    met(&hold(3), &["redemptions in conflict", "links cut"]);
}

#[test]
fn rule_4_chains_hold_through_crashes_and_copies() {
    met(
        &hold(4),
        &["crashed before the results", "crashed after the results", "devices cloned", "old outboxes put back", "forks", "pushes into quarantine"],
    );
}

#[test]
fn rule_5_caches_are_the_servers_rows_once_faults_end() {
    met(
        &hold(5),
        &["caches deleted", "commits lost in power cuts", "sequencer stopped", "crashed before the page", "crashed after the page"],
    );
}

#[test]
fn rule_6_own_work_is_on_every_screen_after_every_step() {
    met(
        &hold(6),
        &["asks not answered in time", "operations noted as contained", "commits lost in power cuts", "caches deleted"],
    );
}

#[test]
fn rule_7_an_operation_is_answered_alike_however_often_it_comes() {
    met(&hold(7), &["requests repeated", "replies lost after the commit", "messages reordered"]);
}

#[test]
fn rule_8_bad_operations_hold_up_nothing() {
    met(&hold(8), &["strange operations"]);
}

#[test]
fn rule_9_faults_that_end_leave_nothing_waiting() {
    met(&hold(9), &["requests lost", "replies cut", "links cut", "clock jumps", "staff barred or let in"]);
}

#[test]
fn rule_10_a_rewound_server_gets_everything_back() {
    met(&hold(10), &["server rewound", "requests refused"]);
}

#[test]
fn rule_1_copies_and_late_devices_go_on_and_lose_nothing() {
    let met_here = [
        "forks",
        "operations given back",
        "pushes into quarantine",
        "operations accepted out of quarantine",
        "operations refused out of quarantine",
        "devices revoked",
        "devices recognised",
        "server rewound",
    ];
    met(&hold_from(20_000, LONG_RUN), &met_here);
}

#[test]
fn the_same_seed_goes_the_same_way() {
    for seed in 1..=10 {
        let plan = Plan::of_seed(seed, Some(STEPS));
        let (first, second) = (run(&plan, &plan.steps, None), run(&plan, &plan.steps, None));
        assert_eq!((first.trace, first.tally), (second.trace, second.tally), "seed {seed}");
    }
}

/// In how many seeds a check that is left out is noticed at the latest.
const NOTICED_WITHIN: u64 = 1000;

/// Looks from that seed on, near which it is noticed today: debug builds are slow.
fn is_noticed(breakage: Breakage, first: u64) {
    is_noticed_in(breakage, first, Some(STEPS));
}

fn is_noticed_in(breakage: Breakage, first: u64, length: Option<usize>) {
    let noticed = |seed: &u64| {
        let plan = Plan::of_seed(*seed, length);
        run(&plan, &plan.steps, Some(breakage)).violation.is_some()
    };
    assert!((first..=NOTICED_WITHIN).any(|seed| noticed(&seed)), "{breakage:?} was not noticed in {NOTICED_WITHIN} seeds");
}

#[test]
fn it_is_noticed_where_confirmed_is_said_before_the_commit() {
    is_noticed(Breakage::ConfirmedBeforeCommit, 1);
}

#[test]
fn it_is_noticed_where_a_conflict_loses_its_other_side() {
    is_noticed(Breakage::ConflictsOtherSideDropped, 1);
}

#[test]
fn it_is_noticed_where_a_withdrawal_is_not_recorded() {
    is_noticed(Breakage::WithdrawalNotRecorded, 1);
}

#[test]
fn it_is_noticed_where_repetitions_are_taken_anew() {
    is_noticed(Breakage::RepetitionTakenAnew, 1);
}

#[test]
fn it_is_noticed_where_the_feed_passes_a_change_by() {
    is_noticed(Breakage::ChangeKeepsItsPlace, 1);
}

#[test]
fn it_is_noticed_where_receipts_are_ignored_after_a_rewind() {
    is_noticed(Breakage::ReceiptsIgnored, 56);
}

#[test]
fn it_is_noticed_where_a_copy_is_not_told_what_it_shares() {
    // A copy of a copy, and an admin who accepts what both share.
    is_noticed_in(Breakage::SharedOutcomesNotTold, 90, None);
}

#[test]
fn it_is_noticed_where_a_copy_is_taken_for_the_device() {
    is_noticed(Breakage::ForkNotDetected, 16);
}
