# ./dev simulate: the sync's real code over modelled files, network and server, by seeds. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh

# Optimised, but every assertion stands; and of the workspace only what the simulator needs, so that it is there in a minute.
dev_simulate() {
  check_rust
  step build "Building the simulator" cargo build --profile simulate -p beadsbox-simulator --features breakages
  say "Simulating"
  in_group "$(target_dir)/simulate/beadsbox-simulator" "$@"
}
