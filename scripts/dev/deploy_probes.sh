# What is looked at on the machines that ./dev test --deploy set up. Sourced.
# shellcheck shell=bash

# as `systemd-analyze security` measures, in tenths: 0 is shut, 100 open.
MOST_EXPOSED=25

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

secret() { jq -r ".all.vars.$1" "$DEPLOY_DIR/inventory/hosts.json"; }

# sql MACHINE ROLE STATEMENT: over TLS, as one of the roles, with its password.
sql() {
  local password
  password=$(secret "postgresql_passwords.$2")
  on "$1" env "PGPASSWORD=$password" psql -X -q -At -v ON_ERROR_STOP=1 -c "$3" \
    "host=localhost port=$(port "postgresql_$1") dbname=beadsbox user=beadsbox_$2 sslmode=verify-full sslrootcert=/etc/ssl/beadsbox/authority.pem"
}

# as_superuser MACHINE ARGUMENTS OF PSQL…
as_superuser() {
  local machine=$1
  shift
  on "$machine" runuser -u postgres -- psql -X -q -At -v ON_ERROR_STOP=1 -h /var/run/postgresql -p "$(port "postgresql_$machine")" -d beadsbox "$@"
}

probe_machines() {
  probe_units
  probe_server
  probe_replication
  probe_roles
  probe_cache_and_broker
  probe_bastions
}

probe_units() {
  local unit exposed
  for unit in beadsbox-api.service beadsbox-worker.service beadsbox-backup.service beadsbox-rehearsal.service; do
    wanted "$unit is as systemd wants it" on one systemd-analyze verify --man=no "$unit"
    exposed=$(on one systemd-analyze security --no-pager "$unit" | grep -oE 'level for [^:]+: [0-9]+\.[0-9]' | grep -oE '[0-9]+\.[0-9]$' | tr -d .)
    wanted "$unit is shut ($exposed of 100 open)" test "$((10#$exposed))" -le "$MOST_EXPOSED"
  done
  wanted "nothing failed on one" test -z "$(on one systemctl list-units --failed --plain --no-legend 'beadsbox*' 'postgresql*' 'rabbitmq*' 'redis*')"
}

probe_server() {
  wanted "the server is ready" curl -fsS --max-time 5 --output /dev/null "http://127.0.0.1:$(port web)/readyz"
  wanted "it says who it is" test "$(curl -fsS --max-time 5 "http://127.0.0.1:$(port web)/v1/info" | jq -r .epoch | wc -c)" -eq 37
  wanted "the worker runs" on one systemctl is-active --quiet beadsbox-worker.service
  wanted "and has not been started again" test "$(on one systemctl show --property=NRestarts --value beadsbox-worker.service)" -eq 0
  wanted "settings are for the server alone" test "$(on one stat -c '%U %G %a' /etc/beadsbox/api.env)" = "root beadsbox 640"
  # Ended, it is started again; the epoch is the same, as the database is.
  local before
  before=$(curl -fsS "http://127.0.0.1:$(port web)/v1/info" | jq -r .epoch)
  on one systemctl kill --signal=KILL beadsbox-api.service
  sleep 3
  wait_until_ready
  wanted "killed, it comes back as the same" test "$(curl -fsS "http://127.0.0.1:$(port web)/v1/info" | jq -r .epoch)" = "$before"
}

wait_until_ready() {
  for _ in {1..60}; do
    ! curl -fsS --max-time 2 "http://127.0.0.1:$(port web)/readyz" >/dev/null 2>&1 || return 0
    sleep 1
  done
  on one journalctl --no-pager -n 30 -u beadsbox-api.service >&2
  fail "The server does not become ready."
}

probe_replication() {
  wanted "a commit waits for the other machine" test "$(as_superuser one -c "SELECT application_name || ' ' || sync_state FROM pg_stat_replication")" = "two sync"
  wanted "the other one follows" test "$(as_superuser two -c 'SELECT pg_is_in_recovery()')" = t
  wanted "pages are checked" test "$(as_superuser one -c 'SHOW data_checksums')" = on
}

probe_roles() {
  wanted "operations people read the books on the copy" sql two ops "SELECT count(*) FROM ledger_entry"
  refused "nor who bought" sql two ops "SELECT * FROM person LIMIT 1"
  refused "nor codes of vouchers" sql two ops "SELECT code FROM voucher LIMIT 1"
  refused "nor the key that signs" sql two ops "SELECT signing_key FROM server"
  refused "and never come to the primary" sql one ops "SELECT 1"
  refused "who serves does not migrate" sql one web "CREATE TABLE mine (id integer)"
  refused "and takes no operation back" sql one web "DELETE FROM operation"
  refused "without TLS nobody comes in" on one env "PGPASSWORD=$(secret postgresql_passwords.web)" psql -X -At -c "SELECT 1" \
    "host=localhost port=$(port postgresql_one) dbname=beadsbox user=beadsbox_web sslmode=disable"
}

probe_cache_and_broker() {
  local redis=(on one redis-cli --tls --cacert /etc/ssl/beadsbox/authority.pem -h localhost -p "$(port redis)")
  wanted "Redis answers the server" test "$("${redis[@]}" --no-auth-warning --user beadsbox --pass "$(secret redis_password)" PING)" = PONG
  wanted "and nobody else" grep -q NOAUTH <("${redis[@]}" PING 2>&1)
  wanted "and lets it command nothing" grep -q NOPERM <("${redis[@]}" --no-auth-warning --user beadsbox --pass "$(secret redis_password)" CONFIG GET maxmemory 2>&1)
  # Without a line to send, s_client ends as soon as the handshake has.
  wanted "RabbitMQ has a certificate of ours" on one sh -c "echo | openssl s_client -connect localhost:$(port amqp) -CAfile /etc/ssl/beadsbox/authority.pem -verify_return_error -brief"
  wanted "and knows one user" test "$(on one rabbitmqctl --quiet --node rabbit@localhost list_users --formatter json | jq -r '[.[].user] | join(" ")')" = beadsbox
  wanted "with its own password" on one rabbitmqctl --quiet --node rabbit@localhost authenticate_user beadsbox "$(secret rabbitmq_password)"
}

probe_bastions() {
  local rules
  rules=$(on two sshd -T -C user=olu,host=x,addr=127.0.0.1)
  wanted "operations people pass to the copy and nowhere else" grep -qx "permitopen localhost:$(port postgresql_two)" <<<"$rules"
  wanted "and get no shell" grep -qx "forcecommand /usr/sbin/nologin" <<<"$rules"
  wanted "and open nothing here" grep -qx "permitlisten none" <<<"$rules"
  wanted "passwords open no bastion" grep -qx "passwordauthentication no" <<<"$rules"
  wanted "engineers have no shell on theirs either" grep -q nologin <(on one getent passwd ada-passing)
}

# The server's sample data, a backup, more of them, a restore point, still more: then the backup and the log are brought back to that point.
rehearse_restore() {
  local expected=/var/lib/postgresql/expected backup=(on one runuser -u postgres -- env)
  mapfile -t -O ${#backup[@]} backup < <(on one cat /etc/default/beadsbox-backup)
  server_does seed
  wanted "a backup ends by itself" on one systemctl start beadsbox-backup.service
  server_does seed --vouchers 2000
  # Nobody writes while the digest is taken; serving goes on afterwards.
  on one systemctl stop beadsbox-api.service beadsbox-worker.service
  as_superuser one -f /usr/local/lib/beadsbox/digest.sql >"$DEPLOY_DIR/expected"
  as_superuser one -c "SELECT pg_create_restore_point('rehearsed')" -c "SELECT pg_switch_wal()" >/dev/null
  wanted "there are operations, vouchers and books to compare" test "$(grep -cE '^public\.(operation|voucher|ledger_entry)\|[1-9]' "$DEPLOY_DIR/expected")" -eq 3
  server_does seed --vouchers 2500
  on one systemctl start beadsbox-api.service beadsbox-worker.service
  on one sh -c "cat >$expected && chown postgres $expected" <"$DEPLOY_DIR/expected"
  wanted "the backup comes back, row by row" "${backup[@]}" /usr/local/lib/beadsbox/rehearse --target-name rehearsed --expect "$expected"
  # A digest that cannot tell would prove nothing: one row otherwise, and it has to say so.
  on one sed -i -E '/^public\.ledger_entry/ s/\|(-?[0-9]+)$/|1\1/' "$expected"
  refused "a row that is otherwise is noticed" "${backup[@]}" /usr/local/lib/beadsbox/rehearse --target-name rehearsed --expect "$expected"
  wanted "the rehearsal of each week passes" on one systemctl start beadsbox-rehearsal.service
  on one journalctl --no-pager -o cat -u beadsbox-rehearsal.service | grep '^Restored in'
  wanted "and leaves a number for whoever watches" curl -fsS "http://$(jq -r .all.hosts.one.machine_exporter_listen "$DEPLOY_DIR/inventory/hosts.json")/metrics" -o "$DEPLOY_DIR/numbers"
  grep -q '^beadsbox_rehearsal_finished_seconds [0-9]' "$DEPLOY_DIR/numbers"
}

# server_does COMMAND…: as the database's owner, with the program that was installed.
server_does() {
  local program
  program=$(on one systemctl show --property=ExecStart --value beadsbox-api.service | grep -oE '/opt/beadsbox/[^ ;]+' | head -n 1)
  on one env "DATABASE_URL=postgres://beadsbox_owner:$(jq -rn --arg p "$(secret postgresql_passwords.owner)" '$p | @uri')@localhost:$(port postgresql_one)/beadsbox?sslmode=verify-full&sslrootcert=/etc/ssl/beadsbox/authority.pem" \
    "$program" "$@" >/dev/null
}

# As docs/operations.md says: everything ends, the database comes back, the first server begins a new epoch, and what follows is made anew.
restore_for_real() {
  local before held backup=(on one runuser -u postgres -- env)
  mapfile -t -O ${#backup[@]} backup < <(on one cat /etc/default/beadsbox-backup)
  before=$(curl -fsS "http://127.0.0.1:$(port web)/v1/info" | jq -r .epoch)
  held=$(as_superuser one -c 'SELECT count(*) FROM voucher')
  as_superuser one -c 'SELECT pg_switch_wal()' >/dev/null
  refused "nobody restores over a database that runs" "${backup[@]}" /usr/local/lib/beadsbox/restore --yes
  on one systemctl stop beadsbox-api.service beadsbox-worker.service
  on two systemctl stop postgresql@15-main.service
  on one systemctl stop postgresql@15-main.service
  "${backup[@]}" /usr/local/lib/beadsbox/restore --yes
  on one systemctl start postgresql@15-main.service
  on two systemctl start postgresql@15-main.service
  for _ in {1..120}; do
    [ "$(as_superuser one -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" != f ] || break
    sleep 1
  done
  wanted "every voucher is back" test "$(as_superuser one -c 'SELECT count(*) FROM voucher')" = "$held"
  apply -e postgresql_anew=true
  on one systemctl start beadsbox-api.service beadsbox-worker.service
  wait_until_ready
  refused "the epoch is a new one" test "$(curl -fsS "http://127.0.0.1:$(port web)/v1/info" | jq -r .epoch)" = "$before"
  probe_replication
}
