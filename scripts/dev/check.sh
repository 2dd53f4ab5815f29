# ./dev check: what can be known without running a test. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh

dev_check() {
  [ $# -eq 0 ] || fail "./dev check takes no arguments."
  set_up build
  check_all
  say "Everything checked."
}

check_all() {
  step fmt "Checking the format of the Rust code" cargo fmt --all --check
  step ui-check "Checking types and format of the screens" in_ui npm run check
  check_licences
  # The program embeds the built screens, so its code does not even compile without them.
  step ui-build "Building the screens" in_ui npm run build
  step clippy "Linting the Rust code" cargo clippy "${CARGO_SELECTION[@]}" --all-targets -- -D warnings
}

# Known holes are for the build server (the job `audit`): what is known changes while the code does not, and to ask takes the network.
check_licences() {
  if cargo deny --version >/dev/null 2>&1; then
    step deny "Checking licences and origins of dependencies" cargo deny check bans licenses sources
  else
    say "cargo-deny is not installed: licences and origins of dependencies are not checked here, and the build server does it"
  fi
}
