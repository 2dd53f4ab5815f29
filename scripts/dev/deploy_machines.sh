# Machines of our own for ./dev test --deploy: three small Debians under systemd, set up by Ansible twice, and looked at. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/deploy_inventory.sh
. scripts/dev/deploy_inventory.sh
# shellcheck source=scripts/dev/deploy_probes.sh
. scripts/dev/deploy_probes.sh
# shellcheck source=scripts/dev/deploy_restore.sh
. scripts/dev/deploy_restore.sh
# shellcheck source=scripts/dev/deploy_takeover.sh
. scripts/dev/deploy_takeover.sh

# `one` is the primary and the engineering bastion, `two` its standby; `three` is the replica and everything else.
MACHINES=(one two three)

try_machines() {
  # Of a run that was killed.
  end_machines
  at_exit end_machines
  MACHINE_PORTS=$(choose_ports)
  [ -f "$DEPLOY_DIR/base.made" ] || step deploy-base "Making a Debian of its own, once" make_base
  step deploy-boot "Starting three machines of it" boot_machines
  write_inventory "$(deployed_server)"
  within 30 step deploy-apply "Setting them up" apply
  step deploy-again "Setting them up again" apply
  changes_nothing "$LOG_DIR/deploy-again.log" || fail "The second time changed something: see .dev/logs/deploy-again.log"
  within 5 step deploy-probe "Looking at what runs" probe_machines
  within 10 step deploy-rehearsal "Backing up, and restoring beside the database" rehearse_restore
  step deploy-restore "Restoring the database itself" restore_for_real
  step deploy-takeover "Losing the primary, and having its standby take over" take_over
  end_machines
}

can_boot() { [ "$(id -u)" -eq 0 ] && command -v systemd-nspawn >/dev/null && unshare --mount --pid --fork true 2>/dev/null; }

# The release for which the roles are written, whatever runs here.
make_base() {
  rm -rf --one-file-system "$DEPLOY_DIR/base"
  mkdir -p "$DEPLOY_DIR/base"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,python3,python3-apt,sudo,iproute2,ca-certificates \
    bookworm "$DEPLOY_DIR/base" "$(debian_mirror "$(. /etc/os-release && echo "$VERSION_CODENAME")")"
  # It is thrown away, so nothing that dpkg writes needs to be on the disk before it goes on.
  echo force-unsafe-io >"$DEPLOY_DIR/base/etc/dpkg/dpkg.cfg.d/unsafe"
  touch "$DEPLOY_DIR/base.made"
}

boot_machines() {
  local machine
  # What all databases share, as they share a bucket elsewhere.
  rm -rf "$DEPLOY_DIR/repository"
  mkdir -p "$DEPLOY_DIR/repository"
  for machine in "${MACHINES[@]}"; do
    rm -rf --one-file-system "${DEPLOY_DIR:?}/$machine"
    cp -a --reflink=auto "$DEPLOY_DIR/base" "$DEPLOY_DIR/$machine"
    echo "$machine" >"$DEPLOY_DIR/$machine/etc/hostname"
    switch_on "$machine"
  done
  name_primary one
  for machine in "${MACHINES[@]}"; do
    wait_for_machine "$machine"
  done
}

switch_on() {
  setsid systemd-nspawn --quiet --boot --register=no --keep-unit --machine="beads-$1" --directory="$DEPLOY_DIR/$1" \
    --bind="$DEPLOY_DIR/repository:/var/lib/pgbackrest" --resolv-conf=copy-host --console=pipe </dev/null >>"$LOG_DIR/machine-$1.log" 2>&1 &
  echo $! >"$DEPLOY_DIR/$1.nspawn"
}

wait_for_machine() {
  for _ in {1..120}; do
    pgrep -P "$(<"$DEPLOY_DIR/$1.nspawn")" >"$DEPLOY_DIR/$1.pid" || true
    [ -s "$DEPLOY_DIR/$1.pid" ] && [[ $(on "$1" systemctl is-system-running 2>/dev/null) =~ running|degraded ]] && return
    sleep 1
  done
  fail "The machine $1 did not start: see .dev/logs/machine-$1.log"
}

# is_on MACHINE: a number that was written down may by now be another process's.
is_on() {
  local process
  process=$(cat "$DEPLOY_DIR/$1.nspawn" 2>/dev/null) || return 1
  [ -d "/proc/$process" ] || return 1
  { tr '\0' '\n' <"/proc/$process/cmdline"; } 2>/dev/null | grep -qxF -- "--directory=$DEPLOY_DIR/$1"
}

# cut_power MACHINE: everything in it ends at once and writes nothing more.
cut_power() {
  kill -KILL "$(<"$DEPLOY_DIR/$1.pid")"
  wait_until_off "$1" || fail "The machine $1 goes on without its first process."
}

wait_until_off() {
  for _ in {1..60}; do
    is_on "$1" || return 0
    sleep 0.5
  done
  return 1
}

end_machines() {
  local machine
  for machine in "${MACHINES[@]}"; do
    # SIGTERM has nspawn power it off.
    ! is_on "$machine" || kill -TERM "$(<"$DEPLOY_DIR/$machine.nspawn")" 2>/dev/null || true
  done
  for machine in "${MACHINES[@]}"; do
    wait_until_off "$machine" || kill -KILL "$(<"$DEPLOY_DIR/$machine.nspawn")" 2>/dev/null || true
    rm -rf --one-file-system "$DEPLOY_DIR/$machine.nspawn" "$DEPLOY_DIR/$machine.pid" "${DEPLOY_DIR:?}/$machine"
  done
}

# on MACHINE COMMAND…: runs it there.
on() {
  local machine=$1
  shift
  nsenter --target "$(<"$DEPLOY_DIR/$machine.pid")" --all -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"
}
