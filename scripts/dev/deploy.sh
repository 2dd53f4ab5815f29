# ./dev test --deploy: what the central system is set up by. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/setup.sh
. scripts/dev/setup.sh
# shellcheck source=scripts/dev/deploy_checks.sh
. scripts/dev/deploy_checks.sh
# shellcheck source=scripts/dev/deploy_machines.sh
. scripts/dev/deploy_machines.sh

DEPLOY_DIR=$DEV_DIR/deploy
DEPLOY_TOOLS=$DEV_DIR/tools/deploy

# test_deploy [--checks]: the checks that need no machine, and then, on machines of our own, that all of it works.
test_deploy() {
  local only=${1:-}
  [ -z "$only" ] || [ "$only" = --checks ] || fail "./dev test --deploy [--checks]"
  mkdir -p "$DEPLOY_DIR"
  # No step hangs in silence. Those that may take longer say so.
  # shellcheck disable=SC2034 # `step` asks
  local STEP_MINUTES=20
  set_up_deploy_tools
  once_for checks check_deploy
  if [ -n "$only" ]; then
    leave_out "the machines, as you said so"
  elif ! can_boot; then
    leave_out "the machines: booting systemd in a container needs root and a kernel that lets it; this machine has not both"
  else
    # What the server is made of decides as well what there is to see on the machines: so it has to be there first.
    [ -x "$(deployed_server)" ] || within 120 step build "Building the server" cargo build "${CARGO_SELECTION[@]}" --bin beadsbox-server
    once_for machines try_machines
  fi
  if [ ${#LEFT_OUT[@]} -gt 0 ]; then
    say "Deployment: passed, but for what was LEFT OUT:"
    printf '          %s\n' "${LEFT_OUT[@]}"
  fi
}

LEFT_OUT=()
# leave_out WHAT_AND_WHY: said at once, and again at the end.
leave_out() {
  say "LEFT OUT: $1"
  LEFT_OUT+=("$1")
}

# once_for NAME COMMAND: runs it unless it passed before on the same files, with nothing left out.
# A file that was taken away is one that changed.
once_for() {
  local left_out=${#LEFT_OUT[@]} passed=$DEPLOY_DIR/$1.passed now
  now=$(deploy_files "$1" | sort -z | { xargs -0 sha256sum 2>&1 || true; } | sha256sum)
  if [ "$(cat "$passed" 2>/dev/null)" = "$now" ]; then
    say "Deployment, $1: nothing changed since it passed"
    return
  fi
  rm -f "$passed"
  "$2"
  [ ${#LEFT_OUT[@]} -ne "$left_out" ] || printf '%s\n' "$now" >"$passed"
}

deploy_files() {
  git ls-files -z --cached --others --exclude-standard -- deploy .github migrations/server scripts dev
  [ "$1" = checks ] || printf '%s\0' "$(deployed_server)"
}

# The server that the machines get: that which is built. Built if there is none.
deployed_server() { printf '%s' "${BEADSBOX_DEPLOYED_SERVER:-$(target_dir)/debug/beadsbox-server}"; }

set_up_deploy_tools() {
  set_up_packages curl jq shellcheck openssl openssh-client python3-venv debootstrap systemd-container
  local requirements=deploy/check/requirements.txt
  [ "$DEPLOY_TOOLS/installed" -nt "$requirements" ] ||
    within 40 step deploy-tools "Installing what deployments are checked with, once" install_deploy_tools
  export PATH=$DEPLOY_TOOLS/bin:$PATH
}

install_deploy_tools() {
  rm -rf "$DEPLOY_TOOLS"
  python3 -m venv "$DEPLOY_TOOLS"
  "$DEPLOY_TOOLS/bin/pip" install --quiet -r deploy/check/requirements.txt
  # Its dependencies are fixed to versions that others do not take.
  python3 -m venv "$DEPLOY_TOOLS/checkov"
  "$DEPLOY_TOOLS/checkov/bin/pip" install --quiet -r deploy/check/checkov.txt
  # Read, not installed: in them are the attributes of the providers.
  "$DEPLOY_TOOLS/bin/pip" download --quiet --no-deps --dest "$DEPLOY_TOOLS/providers" -r deploy/check/providers.txt
  touch "$DEPLOY_TOOLS/installed"
}
