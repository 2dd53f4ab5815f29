# The inventory of the machines of a test: as in production, but for ports and how they are reached.
def password($of): ($random + "/@:" + $of);
def person($name; $key): {name: $name, "keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsb \($key)"]};
{
  all: {
    vars: {
      ansible_connection: "community.general.chroot",
      ansible_chroot_exe: "\($dir)/enter",
      ansible_become_method: "sudo",
      private_domain: $domain,
      postgresql_port: $ports.postgresql,
      postgresql_primary: "one",
      postgresql_standbys: ["two"],
      postgresql_replicas: ["three"],
      postgresql_networks: ["127.0.0.0/8"],
      postgresql_shared_buffers_mb: 128,
      postgresql_cache_mb: 256,
      redis_port: $ports.redis,
      redis_listen: [$addresses.three],
      rabbitmq_port: $ports.amqp,
      rabbitmq_listen: $addresses.three,
      rabbitmq_epmd_port: $ports.epmd,
      rabbitmq_erlang_port: $ports.erlang,
      rabbitmq_numbers_port: $ports.broker_numbers,
      rabbitmq_disk_free: "50MB",
      server_program: $server,
      # Nobody listens there: mails wait, and the worker goes on.
      server_smtp_url: "smtp://127.0.0.1:9",
      server_mail_from: "My Beads Box <vouchers@beads.example.org>",
      server_drain_seconds: 1,
      server_fronts: [{
        name: "api", arguments: "serve --api --admin", stop_seconds: 120, ready: "http://127.0.0.1:\($ports.web)/readyz",
        settings: {
          BEADSBOX_API_LISTEN: "127.0.0.1:\($ports.web)", BEADSBOX_ADMIN_LISTEN: "127.0.0.1:0", BEADSBOX_METRICS_LISTEN: "127.0.0.1:\($ports.metrics)"
        }
      }],
      server_workers: [{
        name: "worker", arguments: "worker --workers 2", stop_seconds: 780,
        settings: { BEADSBOX_LAST_ORDERS: "765", BEADSBOX_METRICS_LISTEN: "127.0.0.1:\($ports.worker_metrics)" }
      }],
      postgresql_passwords: { owner: password("owner"), web: password("web"), ops: password("ops"), replicator: password("replicator") },
      backup_cipher_password: $random,
      redis_password: password("redis"),
      rabbitmq_password: password("rabbitmq"),
      rabbitmq_cookie: $random,
      machine_authority: $authority,
      machine_certificates: $certificates,
      machine_people: [person("ada"; "ada")],
      bastions_engineers: [person("ada-passing"; "ada")],
      bastions_ops: [person("olu"; "olu")]
    },
    hosts: (
      $addresses | with_entries(.value as $address | .key as $machine | .value = {
        ansible_host: "\($dir)/\($machine)",
        postgresql_listen: [$address],
        machine_sshd_port: $ports["ssh_\($machine)"],
        machine_exporter_listen: "\($address):\($ports.exporter)"
      })
    ),
    children: {
      database: { hosts: { one: {}, two: {} } }, replica: { hosts: { three: {} } }, broker: { hosts: { three: {} } }, cache: { hosts: { three: {} } },
      web: { hosts: { three: {} } }, worker: { hosts: { three: {} } }, bastion_engineering: { hosts: { one: {} } }, bastion_ops: { hosts: { three: {} } }
    }
  }
}
