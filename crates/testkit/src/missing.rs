//! What a test does about a part that the machine lacks.

/// Where it is set, nothing may be missing: whoever set it has installed everything.
const VARIABLE: &str = "BEADSBOX_NOTHING_IS_MISSING";

/// Says that a test is skipped because that program is not there.
///
/// # Panics
/// Where nothing may be missing: a test that is skipped there would be taken for one that passed.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn missing(program: &str) {
    assert!(std::env::var_os(VARIABLE).is_none(), "{program} is missing on this machine, and {VARIABLE} says that nothing is");
    eprintln!("skipped: no {program} on this machine");
}
