# ./dev fuzz: strange bytes for what reads other people's bytes. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh

# Optimised, but every assertion stands.
dev_fuzz() {
  local cases=1000000
  if [ $# -gt 0 ]; then
    [ "$1" = --cases ] || fail "./dev fuzz does not know $1."
    cases=${2:?"--cases needs a number"}
  fi
  check_rust
  step build "Building the fuzzed tests" cargo test --profile simulate -p beadsbox-protocol --test wire --no-run
  say "Reading $cases signed codes that were tampered with"
  PROPTEST_CASES=$cases in_group cargo test --quiet --profile simulate -p beadsbox-protocol --test wire fuzz_
}
