# Machines of our own for ./dev test --deploy: two small Debians under systemd, set up by Ansible twice, and looked at. Sourced.
# shellcheck shell=bash
# shellcheck source=scripts/dev/deploy_probes.sh
. scripts/dev/deploy_probes.sh

# `one` is primary, broker, cache, web, worker and engineering bastion; `two` follows it, and is the OPS bastion.
MACHINES=(one two)

try_machines() {
  local server
  server=$(deployed_server)
  [ -x "$server" ] || step build "Building the server" cargo build "${CARGO_SELECTION[@]}" --bin beadsbox-server
  at_exit end_machines
  MACHINE_PORTS=$(choose_ports)
  [ -f "$DEPLOY_DIR/base.made" ] || step deploy-base "Making a Debian of its own, once" make_base
  step deploy-boot "Starting two machines of it" boot_machines
  write_inventory "$server"
  step deploy-apply "Setting them up" apply
  step deploy-again "Setting them up again" apply
  changes_nothing "$LOG_DIR/deploy-again.log" || fail "The second time changed something: see .dev/logs/deploy-again.log"
  step deploy-probe "Looking at what runs" probe_machines
  step deploy-rehearsal "Backing up, and restoring beside the database" rehearse_restore
  step deploy-restore "Restoring the database itself" restore_for_real
  end_machines
}

can_boot() { [ "$(id -u)" -eq 0 ] && command -v systemd-nspawn >/dev/null && unshare --mount --pid --fork true 2>/dev/null; }

# The release for which the roles are written, whatever runs here.
make_base() {
  rm -rf --one-file-system "$DEPLOY_DIR/base"
  mkdir -p "$DEPLOY_DIR/base"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,python3,python3-apt,sudo,iproute2,ca-certificates \
    bookworm "$DEPLOY_DIR/base" "$(debian_mirror "$(. /etc/os-release && echo "$VERSION_CODENAME")")"
  touch "$DEPLOY_DIR/base.made"
}

boot_machines() {
  local machine
  for machine in "${MACHINES[@]}"; do
    rm -rf --one-file-system "${DEPLOY_DIR:?}/$machine"
    cp -a --reflink=auto "$DEPLOY_DIR/base" "$DEPLOY_DIR/$machine"
    echo "$machine" >"$DEPLOY_DIR/$machine/etc/hostname"
    setsid systemd-nspawn --quiet --boot --register=no --keep-unit --machine="beads-$machine" --directory="$DEPLOY_DIR/$machine" \
      --resolv-conf=copy-host --console=pipe </dev/null >"$LOG_DIR/machine-$machine.log" 2>&1 &
    echo $! >"$DEPLOY_DIR/$machine.nspawn"
  done
  for machine in "${MACHINES[@]}"; do
    for _ in {1..60}; do
      pgrep -P "$(<"$DEPLOY_DIR/$machine.nspawn")" >"$DEPLOY_DIR/$machine.pid" || true
      [ -s "$DEPLOY_DIR/$machine.pid" ] && [[ $(on "$machine" systemctl is-system-running 2>/dev/null) =~ running|degraded ]] && continue 2
      sleep 1
    done
    fail "The machine $machine did not start: see .dev/logs/machine-$machine.log"
  done
}

end_machines() {
  local machine
  for machine in "${MACHINES[@]}"; do
    [ -s "$DEPLOY_DIR/$machine.nspawn" ] || continue
    # SIGTERM has nspawn power it off.
    kill -TERM "$(<"$DEPLOY_DIR/$machine.nspawn")" 2>/dev/null || true
    for _ in {1..60}; do
      kill -0 "$(<"$DEPLOY_DIR/$machine.nspawn")" 2>/dev/null || break
      sleep 0.5
    done
    kill -KILL "$(<"$DEPLOY_DIR/$machine.nspawn")" 2>/dev/null || true
    rm -rf --one-file-system "$DEPLOY_DIR/$machine.nspawn" "$DEPLOY_DIR/$machine.pid" "${DEPLOY_DIR:?}/$machine"
  done
}

# on MACHINE COMMAND…: runs it there.
on() {
  local machine=$1
  shift
  nsenter --target "$(<"$DEPLOY_DIR/$machine.pid")" --all -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"
}

# The machines share the network of this one, so each part gets a port that is free here. Printed as a map of JSON.
choose_ports() {
  local name port=$((21000 + RANDOM % 20000)) ports=()
  for name in postgresql_one postgresql_two redis amqp epmd erlang web metrics worker_metrics ssh_one ssh_two exporter_one exporter_two; do
    port=$(free_port $((port + 1)))
    ports+=("\"$name\": $port")
  done
  (IFS=, && printf '{%s}' "${ports[*]}")
}

port() { jq -r ".$1" <<<"$MACHINE_PORTS"; }

# An authority for these two machines alone.
make_certificates() {
  local folder=$DEPLOY_DIR/authority machine
  rm -rf "$folder" && mkdir -p "$folder"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Machines of a test" \
    -addext keyUsage=critical,keyCertSign -keyout "$folder/authority.key" -out "$folder/authority.pem"
  for machine in "${MACHINES[@]}"; do
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$machine" -keyout "$folder/$machine.key" -out "$folder/$machine.csr"
    openssl x509 -req -in "$folder/$machine.csr" -CA "$folder/authority.pem" -CAkey "$folder/authority.key" -days 2 -out "$folder/$machine.pem" \
      -extfile <(printf 'subjectAltName=DNS:localhost,DNS:%s,IP:127.0.0.1\n' "$machine")
  done
} >"$LOG_DIR/deploy-certificates.log" 2>&1

# write_inventory SERVER: who is what, with passwords of this run.
write_inventory() {
  local fronts
  make_certificates
  mkdir -p "$DEPLOY_DIR/inventory/group_vars"
  # The connection goes by `nsenter`, which needs to know the machine's first process and not its folder.
  cat >"$DEPLOY_DIR/enter" <<SCRIPT
#!/usr/bin/env bash
machine=\$(basename "\$1")
shift
exec nsenter --target "\$(<"$DEPLOY_DIR/\$machine.pid")" --all -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "\$@"
SCRIPT
  chmod +x "$DEPLOY_DIR/enter"
  # A server that has fronts of its own gets them; an older one serves everything at one port.
  fronts='[{"name": "api", "arguments": "serve", "stop_seconds": 120, "ready": "http://127.0.0.1:\(.web)/readyz", "settings": {"BEADSBOX_LISTEN": "127.0.0.1:\(.web)"}}]'
  if "$1" serve --help | grep -q -- --api-listen; then
    fronts='[{"name": "api", "arguments": "serve --api --admin", "stop_seconds": 120, "ready": "http://127.0.0.1:\(.web)/readyz",
      "settings": {"BEADSBOX_API_LISTEN": "127.0.0.1:\(.web)", "BEADSBOX_ADMIN_LISTEN": "127.0.0.1:0", "BEADSBOX_METRICS_LISTEN": "127.0.0.1:\(.metrics)"}}]'
  fi
  jq -n --argjson ports "$MACHINE_PORTS" --arg server "$(realpath "$1")" --arg dir "$DEPLOY_DIR" --arg enter "$DEPLOY_DIR/enter" \
    --arg random "$(openssl rand -hex 16)" --rawfile authority "$DEPLOY_DIR/authority/authority.pem" \
    --rawfile one "$DEPLOY_DIR/authority/one.pem" --rawfile one_key "$DEPLOY_DIR/authority/one.key" \
    --rawfile two "$DEPLOY_DIR/authority/two.pem" --rawfile two_key "$DEPLOY_DIR/authority/two.key" \
    -f "$ROOT/deploy/check/inventory.jq" >"$DEPLOY_DIR/inventory/hosts.json"
  jq --argjson ports "$MACHINE_PORTS" ".all.vars.server_fronts = (\$ports | $fronts)" "$DEPLOY_DIR/inventory/hosts.json" >"$DEPLOY_DIR/inventory/hosts.new"
  mv "$DEPLOY_DIR/inventory/hosts.new" "$DEPLOY_DIR/inventory/hosts.json"
  chmod 600 "$DEPLOY_DIR/inventory/hosts.json"
}

# apply [ARGUMENTS OF ANSIBLE-PLAYBOOK]
apply() {
  (cd deploy/ansible && ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false ansible-playbook -i "$DEPLOY_DIR/inventory/hosts.json" playbooks/site.yml "$@")
}

# changes_nothing LOG: whether Ansible's own account of each machine says so.
changes_nothing() {
  local recap
  recap=$(sed -n '/^PLAY RECAP/,$p' "$1" | grep 'ok=')
  [ "$(wc -l <<<"$recap")" -eq ${#MACHINES[@]} ] && ! grep -v 'changed=0 ' <<<"$recap"
}
