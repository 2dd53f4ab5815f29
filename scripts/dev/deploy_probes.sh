# What is looked at on the machines that ./dev test --deploy set up. Sourced.
# shellcheck shell=bash

# as `systemd-analyze security` measures, in tenths: 0 is shut, 100 open.
MOST_EXPOSED=25
AUTHORITY=/etc/ssl/beadsbox/authority.pem

# wanted WHAT COMMAND…: fails with these words unless the command succeeds.
wanted() {
  local what=$1
  shift
  "$@" || fail "Not so: $what"
  say "$what"
}

# refused WHAT COMMAND…: fails with these words if it succeeds.
refused() {
  local what=$1
  shift
  if "$@"; then fail "Not so: $what"; fi
  say "$what"
}

# refused_for WORDS WHAT COMMAND…: the same, and the reason has to be that one.
refused_for() {
  local words=$1 what=$2
  shift 2
  if "$@" >"$DEPLOY_DIR/words" 2>&1; then fail "Not so: $what"; fi
  cat "$DEPLOY_DIR/words"
  grep -qF -- "$words" "$DEPLOY_DIR/words" || fail "Not for that reason: $what"
  say "$what"
}

secret() { jq -r ".all.vars.$1" "$DEPLOY_DIR/inventory/hosts.json"; }

# sql MACHINE ROLE STATEMENT: over TLS, as one of the roles, with its password.
sql() {
  local password
  password=$(secret "postgresql_passwords.$2")
  on "$1" env "PGPASSWORD=$password" psql -X -q -At -v ON_ERROR_STOP=1 -c "$3" \
    "host=$1.$DOMAIN port=$(port postgresql) dbname=beadsbox user=beadsbox_$2 sslmode=verify-full sslrootcert=$AUTHORITY"
}

# as_superuser MACHINE ARGUMENTS OF PSQL…
as_superuser() {
  local machine=$1
  shift
  on "$machine" runuser -u postgres -- psql -X -q -At -v ON_ERROR_STOP=1 -h /var/run/postgresql -p "$(port postgresql)" -d beadsbox "$@"
}

# answers MACHINE STATEMENT ANSWER: whether it becomes so within two minutes.
answers() {
  for _ in {1..120}; do
    [ "$(as_superuser "$1" -c "$2" 2>/dev/null)" != "$3" ] || return 0
    sleep 1
  done
  return 1
}

epoch() { curl -fsS --max-time 5 "http://127.0.0.1:$(port web)/v1/info" | jq -r .epoch; }

probe_machines() {
  local machine
  probe_units one beadsbox-backup.service beadsbox-rehearsal.service
  probe_units three beadsbox-api.service beadsbox-worker.service
  for machine in "${MACHINES[@]}"; do
    wanted "nothing failed on $machine" test -z "$(on "$machine" systemctl list-units --failed --plain --no-legend 'beadsbox*' 'postgresql*' 'rabbitmq*' 'redis*')"
  done
  probe_server
  probe_replication one two
  probe_roles
  probe_cache_and_broker
  probe_bastions
}

# probe_units MACHINE UNIT…
probe_units() {
  local unit exposed
  for unit in "${@:2}"; do
    wanted "$unit is as systemd wants it" on "$1" systemd-analyze verify --man=no "$unit"
    exposed=$(on "$1" systemd-analyze security --no-pager "$unit" | grep -oE 'level for [^:]+: [0-9]+\.[0-9]' | grep -oE '[0-9]+\.[0-9]$' | tr -d .)
    wanted "$unit is shut ($exposed of 100 open)" test "$((10#$exposed))" -le "$MOST_EXPOSED"
  done
}

probe_server() {
  wait_until_ready
  say "the server is ready, with its database, broker and cache"
  wanted "it says who it is" test "$(epoch | wc -c)" -eq 37
  wanted "the worker runs" on three systemctl is-active --quiet beadsbox-worker.service
  wanted "and has not been started again" test "$(on three systemctl show --property=NRestarts --value beadsbox-worker.service)" -eq 0
  wanted "settings are for the server alone" test "$(on three stat -c '%U %G %a' /etc/beadsbox/api.env)" = "root beadsbox 640"
  # Ended, it is started again; the epoch is the same, as the database is.
  local before
  before=$(epoch)
  on three systemctl kill --signal=KILL beadsbox-api.service
  sleep 3
  wait_until_ready
  wanted "killed, it comes back as the same" test "$(epoch)" = "$before"
}

# That it answers 200 says that it has its database. Without broker and Redis it works as well, and its answer says so: "away". It knows of Redis what it was
# told when it last asked, which it does to count who asks for /v1/info; /readyz is counted for nobody.
is_ready() {
  epoch >/dev/null 2>&1 || return 1
  curl -fsS --max-time 2 "http://127.0.0.1:$(port web)/readyz" 2>/dev/null | jq --exit-status '.memory == "shared" and .broker == "there"' >/dev/null 2>&1
}

# Its line to the broker may take some seconds more than it takes itself.
wait_until_ready() {
  for _ in {1..60}; do
    ! is_ready || return 0
    sleep 1
  done
  curl -sS --max-time 2 "http://127.0.0.1:$(port web)/readyz" >&2 || true
  on three journalctl --no-pager -n 30 -u beadsbox-api.service >&2
  fail "The server does not become ready, with its database, broker and cache."
}

# probe_replication PRIMARY STANDBY
probe_replication() {
  wanted "a commit waits for the standby, or for the replica in its place" \
    answers "$1" "SELECT string_agg(application_name || ' ' || sync_state, ', ' ORDER BY sync_priority) FROM pg_stat_replication" "$2 sync, three potential"
  wanted "the standby follows" test "$(as_superuser "$2" -c 'SELECT pg_is_in_recovery()')" = t
  wanted "so does the replica" test "$(as_superuser three -c 'SELECT pg_is_in_recovery()')" = t
  wanted "pages are checked" test "$(as_superuser "$1" -c 'SHOW data_checksums')" = on
}

probe_roles() {
  wanted "operations people read the books on the copy" sql three ops "SELECT count(*) FROM ledger_entry"
  refused "nor who bought" sql three ops "SELECT * FROM person LIMIT 1"
  refused "nor codes of vouchers" sql three ops "SELECT code FROM voucher LIMIT 1"
  refused "nor the key that signs" sql three ops "SELECT signing_key FROM server"
  refused "and never come to the primary" sql one ops "SELECT 1"
  refused "nor to its standby" sql two ops "SELECT 1"
  refused "who serves does not migrate" sql one web "CREATE TABLE mine (id integer)"
  refused "and takes no operation back" sql one web "DELETE FROM operation"
  refused "without TLS nobody comes in" on one env "PGPASSWORD=$(secret postgresql_passwords.web)" psql -X -At -c "SELECT 1" \
    "host=one.$DOMAIN port=$(port postgresql) dbname=beadsbox user=beadsbox_web sslmode=disable"
}

probe_cache_and_broker() {
  local redis=(on three redis-cli --tls --cacert "$AUTHORITY" -h "cache.$DOMAIN" -p "$(port redis)")
  wanted "Redis answers the server" test "$("${redis[@]}" --no-auth-warning --user beadsbox --pass "$(secret redis_password)" PING)" = PONG
  wanted "and nobody else" grep -q NOAUTH <("${redis[@]}" PING 2>&1)
  wanted "and lets it command nothing" grep -q NOPERM <("${redis[@]}" --no-auth-warning --user beadsbox --pass "$(secret redis_password)" CONFIG GET maxmemory 2>&1)
  # Without a line to send, s_client ends as soon as the handshake has.
  wanted "RabbitMQ has a certificate of ours" \
    on three sh -c "echo | openssl s_client -connect broker.$DOMAIN:$(port amqp) -verify_hostname broker.$DOMAIN -CAfile $AUTHORITY -verify_return_error -brief"
  wanted "and knows one user" test "$(on three rabbitmqctl --quiet --node rabbit@localhost list_users --formatter json | jq -r '[.[].user] | join(" ")')" = beadsbox
  wanted "with its own password" on three rabbitmqctl --quiet --node rabbit@localhost authenticate_user beadsbox "$(secret rabbitmq_password)"
}

probe_bastions() {
  local rules
  rules=$(on three sshd -T -C user=olu,host=x,addr=127.0.0.1)
  wanted "operations people pass to the copy and nowhere else" grep -qx "permitopen reports.$DOMAIN:$(port postgresql)" <<<"$rules"
  wanted "and get no shell" grep -qx "forcecommand /usr/sbin/nologin" <<<"$rules"
  wanted "and open nothing here" grep -qx "permitlisten none" <<<"$rules"
  wanted "passwords open no bastion" grep -qx "passwordauthentication no" <<<"$rules"
  rules=$(on one sshd -T -C user=ada-passing,host=x,addr=127.0.0.1)
  wanted "engineers pass to the SSH of what is behind" grep -qx "permitopen two.$DOMAIN:22" <<<"$rules"
  wanted "engineers have no shell on theirs either" grep -q nologin <(on one getent passwd ada-passing)
}
