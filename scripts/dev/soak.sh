# ./dev soak: kills the real programs, and accounts for what they told. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh
# shellcheck source=scripts/dev/postgres.sh
. scripts/dev/postgres.sh

dev_soak() {
  local packages=("${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}")
  [ "${1:-}" != --parts ] || packages+=("${SERVICE_PACKAGES[@]}")
  set_up_packages "${packages[@]}"
  check_rust
  # With a test, because features that only tests ask for would otherwise build everything a second time.
  step soak-build "Building tills and server" cargo build "${CARGO_SELECTION[@]}" \
    --bin beadsbox-soak --bin beadsbox-till --bin beadsbox-relay --bin beadsbox-server --test soak
  if [ "${1:-}" = --parts ]; then
    soak_parts "$@"
    return
  fi
  start_throwaway_postgres
  # The cluster is this run's own, so it may be crashed as well.
  in_group "$(target_dir)/debug/beadsbox-soak" --crash-database "$(crash_command)" "$@"
}

# It starts a cluster, a standby and a replica of its own. They stand where they can be found, should somebody kill it.
soak_parts() {
  local folder program
  program=$(target_dir)/debug/beadsbox-soak
  folder=$(mktemp -d /tmp/beadsbox-parts.XXXXXX)
  # What a run with a fault leaves is for whoever looks for the fault.
  at_exit rmdir --ignore-fail-on-non-empty "$folder"
  at_exit end_all_in "$folder"
  chmod 711 "$folder"
  export TMPDIR=$folder
  in_group stand_in "$folder" "$program" "$@"
}

# The command that stops the cluster without a chance to tidy up, and starts it again as it was.
crash_command() {
  local as=()
  [ "$(id -u)" -ne 0 ] || as=(runuser -u postgres --)
  printf 'cd / && '
  printf '%q ' "${as[@]}" "$(postgres_bin)/pg_ctl" -D "$POSTGRES_FOLDER" -m immediate -w -t 60 -l "$POSTGRES_FOLDER/postgres.log" restart
  printf '>/dev/null 2>&1'
}
