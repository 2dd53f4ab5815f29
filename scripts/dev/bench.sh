# ./dev bench: store and sync side by side with the real other programs. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh
# shellcheck source=scripts/dev/postgres.sh
. scripts/dev/postgres.sh

BENCH_DIR=$DEV_DIR/bench

dev_bench() {
  local flags=() rows=() table=$ROOT/docs/benchmarks.md ledger=$BENCH_DIR/ledger.json
  while [ $# -gt 0 ]; do
    case $1 in
      # Small sizes say nothing about the goals: they leave the documents alone.
      --quick) flags+=(--quick) table=$BENCH_DIR/quick.md ledger=$BENCH_DIR/quick-ledger.json ;;
      --resume) flags+=(--resume) ;;
      -*) fail "./dev bench does not know $1; see ./dev help." ;;
      *) rows+=("$1") ;;
    esac
    shift
  done
  # Only the rows `start` and `grid` open windows; the others do without all that windows need.
  local windows='' packages=("${POSTGRES_PACKAGES[@]}")
  if [ ${#rows[@]} -eq 0 ] || [[ " ${rows[*]} " == *" start "* ]] || [[ " ${rows[*]} " == *" grid "* ]]; then
    windows=yes packages=("${RUN_PACKAGES[@]}")
  fi
  set_up_packages "${BUILD_PACKAGES[@]}" "${packages[@]}" sqlite3
  check_rust
  check_node
  mkdir -p "$BENCH_DIR"
  set_up_peers
  local bin programs=(--bin beadsbox-server --bin beadsbox-bench) opened=() session=()
  bin=$(target_dir)/release
  if [ -n "$windows" ]; then
    set_up_ui
    set_up_tauri_driver
    step ui-build "Building the screens" in_ui npm run build
    programs+=(--bin mybeadsbox --example empty-window)
    opened=(--desktop "$bin/mybeadsbox" --empty-window "$bin/examples/empty-window")
    session=(scripts/dev/session.sh)
  fi
  step bench-build "Building programs and measurements, optimised" cargo build --release "${CARGO_SELECTION[@]}" "${programs[@]}"
  start_throwaway_postgres
  # The dump that the plain inserts come from has to be as new as the server.
  PATH=$(postgres_bin):$PATH
  in_group "${session[@]}" "$bin/beadsbox-bench" run "${flags[@]}" --server "$bin/beadsbox-server" "${opened[@]}" \
    --peers "$BENCH_DIR/peers" --ledger "$ledger" --table "$table" --work "$BENCH_DIR" "${rows[@]}"
  say "The table is in ${table#"$ROOT"/}"
}

# The peers are installed beside the results: nothing of theirs comes near what is built.
set_up_peers() {
  local installed=$BENCH_DIR/peers
  mkdir -p "$installed"
  rm -rf "$installed/src"
  cp -R bench/peers/package.json bench/peers/src "$installed/"
  if ! cmp -s bench/peers/package-lock.json "$installed/package-lock.json" || [ ! -f "$installed/node_modules/.package-lock.json" ]; then
    cp bench/peers/package-lock.json "$installed/"
    step bench-peers "Installing the programs to measure against" install_peers "$installed"
  fi
}

install_peers() { (cd "$1" && npm ci --no-audit --no-fund); }
