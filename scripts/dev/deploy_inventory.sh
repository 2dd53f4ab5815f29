# Who is what among the machines of ./dev test --deploy, and how Ansible is told and run. Sourced.
# shellcheck shell=bash

# The machines share the network of this one. Each has an address of its own in it, and the names of the private zone.
declare -A ADDRESSES=([one]=127.0.1.1 [two]=127.0.1.2 [three]=127.0.1.3)
DOMAIN=beads.test

# name_primary MACHINE: has the name that the servers use mean that one, as Terraform's `primary` does.
name_primary() {
  local machine hosts
  hosts="127.0.0.1 localhost"
  for machine in "${MACHINES[@]}"; do
    hosts+=$'\n'"${ADDRESSES[$machine]} $machine.$DOMAIN $machine"
  done
  hosts+=$'\n'"${ADDRESSES[$1]} primary.$DOMAIN"$'\n'"${ADDRESSES[three]} reports.$DOMAIN cache.$DOMAIN broker.$DOMAIN"
  for machine in "${MACHINES[@]}"; do
    [ ! -d "$DEPLOY_DIR/$machine/etc" ] || printf '%s\n' "$hosts" >"$DEPLOY_DIR/$machine/etc/hosts"
  done
}

# Each part gets a port that is free here. Printed as a map of JSON.
choose_ports() {
  local name port=$((21000 + RANDOM % 20000)) ports=()
  for name in postgresql redis amqp epmd erlang broker_numbers web metrics worker_metrics ssh_one ssh_two ssh_three exporter; do
    port=$(free_port $((port + 1)))
    ports+=("\"$name\": $port")
  done
  (IFS=, && printf '{%s}' "${ports[*]}")
}

port() { jq -r ".$1" <<<"$MACHINE_PORTS"; }

# An authority for these machines alone.
make_certificates() {
  local folder=$DEPLOY_DIR/authority machine
  rm -rf "$folder" && mkdir -p "$folder"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Machines of a test" \
    -addext keyUsage=critical,keyCertSign -keyout "$folder/authority.key" -out "$folder/authority.pem"
  for machine in "${MACHINES[@]}"; do
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$machine" -keyout "$folder/$machine.key" -out "$folder/$machine.csr"
    openssl x509 -req -in "$folder/$machine.csr" -CA "$folder/authority.pem" -CAkey "$folder/authority.key" -days 2 -out "$folder/$machine.pem" \
      -extfile <(printf 'subjectAltName=DNS:%s.%s,DNS:primary.%s,DNS:reports.%s,DNS:cache.%s,DNS:broker.%s\n' "$machine" "$DOMAIN" "$DOMAIN" "$DOMAIN" "$DOMAIN" "$DOMAIN")
  done
} >"$LOG_DIR/deploy-certificates.log" 2>&1

# What make_certificates made, by machine, as a map of JSON.
certificates() {
  local machine
  for machine in "${MACHINES[@]}"; do
    jq -n --arg machine "$machine" --rawfile certificate "$DEPLOY_DIR/authority/$machine.pem" --rawfile key "$DEPLOY_DIR/authority/$machine.key" \
      '{($machine): {certificate: $certificate, key: $key}}'
  done | jq -s add
}

# write_inventory SERVER: who is what, with passwords of this run.
write_inventory() {
  make_certificates
  mkdir -p "$DEPLOY_DIR/inventory"
  # The connection goes by `nsenter`, which needs to know the machine's first process and not its folder.
  cat >"$DEPLOY_DIR/enter" <<SCRIPT
#!/usr/bin/env bash
machine=\$(basename "\$1")
shift
exec nsenter --target "\$(<"$DEPLOY_DIR/\$machine.pid")" --all -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "\$@"
SCRIPT
  chmod +x "$DEPLOY_DIR/enter"
  rm -f "$DEPLOY_DIR"/inventory/*
  (umask 077 && jq -n --argjson ports "$MACHINE_PORTS" --arg server "$(realpath "$1")" --arg dir "$DEPLOY_DIR" --arg domain "$DOMAIN" --arg random "$(openssl rand -hex 16)" \
    --argjson addresses "$(addresses)" --argjson certificates "$(certificates)" --rawfile authority "$DEPLOY_DIR/authority/authority.pem" \
    -f "$ROOT/deploy/check/inventory.jq" >"$DEPLOY_DIR/inventory/hosts.json")
}

addresses() {
  local machine
  for machine in "${MACHINES[@]}"; do
    jq -n --arg machine "$machine" --arg address "${ADDRESSES[$machine]}" '{($machine): $address}'
  done | jq -s add
}

# change_inventory FILTER: of jq.
change_inventory() {
  (umask 077 && jq "$1" "$DEPLOY_DIR/inventory/hosts.json" >"$DEPLOY_DIR/inventory/hosts.new")
  mv "$DEPLOY_DIR/inventory/hosts.new" "$DEPLOY_DIR/inventory/hosts.json"
}

# play PLAYBOOK [ARGUMENTS OF ANSIBLE-PLAYBOOK]
play() {
  (cd deploy/ansible && ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false ansible-playbook -i "$DEPLOY_DIR/inventory/hosts.json" "playbooks/$1.yml" "${@:2}")
}

# apply [ARGUMENTS OF ANSIBLE-PLAYBOOK]
apply() { play site "$@"; }

# changes_nothing LOG: whether Ansible's own account of each machine says so.
changes_nothing() {
  local recap
  recap=$(sed -n '/^PLAY RECAP/,$p' "$1" | grep 'ok=')
  [ "$(wc -l <<<"$recap")" -eq ${#MACHINES[@]} ] && ! grep -v 'changed=0 ' <<<"$recap"
}
