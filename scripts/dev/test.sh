# ./dev test: everything that must hold. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/check.sh
. scripts/dev/check.sh
# shellcheck source=scripts/dev/postgres.sh
. scripts/dev/postgres.sh

# shellcheck source=scripts/dev/schemathesis.sh
. scripts/dev/schemathesis.sh

# The test binaries of the profile `services`: to build all others for it would take most of its time. tests/services.rs holds them together.
SERVICE_TESTS=(--test server --test shop --test parts)

# With arguments it is somebody who works on those tests: then only they run.
dev_test() {
  if [ "${1:-}" = --deploy ]; then
    # shellcheck source=scripts/dev/deploy.sh
    . scripts/dev/deploy.sh
    test_deploy "${@:2}"
    return
  fi
  # Which tests these are stands in .config/nextest.toml.
  local tests=(--tests) chosen=()
  if [ "${1:-}" = --services ]; then
    set -- --profile services "${@:2}"
    tests=("${SERVICE_TESTS[@]}") chosen=("${SERVICE_TESTS[@]}")
  fi
  set_up test
  [ "${2:-}" = services ] || set_up_schemathesis
  # A test that is skipped because something is missing would be taken for one that passed.
  [ -n "${BEADSBOX_SKIP_PACKAGES:-}" ] || export BEADSBOX_NOTHING_IS_MISSING=1
  if [ $# -eq 0 ]; then
    check_all
    step ui-test "Testing the screens' code" in_ui npm test
    step doc-test "Testing the examples in the documentation" cargo test "${CARGO_SELECTION[@]}" --doc
  else
    step ui-build "Building the screens" in_ui npm run build
  fi
  # With `--tests`, because features that only tests ask for would otherwise build everything a second time.
  step build "Building programs and tests" cargo build "${CARGO_SELECTION[@]}" --bins "${tests[@]}"
  start_throwaway_postgres
  name_programs "$(target_dir)/debug"
  export LC_ALL=C.UTF-8
  export BEADSBOX_E2E_PICTURES=$DEV_DIR/pictures
  rm -rf "$BEADSBOX_E2E_PICTURES" && mkdir -p "$BEADSBOX_E2E_PICTURES"
  say "Running the tests"
  in_group scripts/dev/session.sh cargo nextest run "${CARGO_SELECTION[@]}" "${chosen[@]}" --no-fail-fast "$@"
}

# name_programs FOLDER: tells the tests which programs to drive.
name_programs() {
  export BEADSBOX_DESKTOP_BIN=$1/mybeadsbox BEADSBOX_SERVER_BIN=$1/beadsbox-server
}
