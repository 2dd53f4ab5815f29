# The inventory of the two machines of a test: as in production, but for ports and how they are reached.
def password($of): ($random + "/@:" + $of);
{
  all: {
    vars: {
      ansible_connection: "community.general.chroot",
      ansible_chroot_exe: $enter,
      ansible_become_method: "sudo",
      postgresql_host: "localhost",
      postgresql_reports_host: "localhost",
      postgresql_port_of_primary: $ports.postgresql_one,
      postgresql_primary: "one",
      postgresql_replicas: ["two"],
      postgresql_networks: ["127.0.0.1/32", "::1/128"],
      postgresql_listen: ["localhost"],
      postgresql_shared_buffers_mb: 128,
      postgresql_cache_mb: 256,
      redis_host: "localhost",
      redis_port: $ports.redis,
      redis_listen: ["127.0.0.1", "-::1"],
      rabbitmq_host: "localhost",
      rabbitmq_port: $ports.amqp,
      rabbitmq_listen: "127.0.0.1",
      rabbitmq_epmd_port: $ports.epmd,
      rabbitmq_erlang_port: $ports.erlang,
      rabbitmq_disk_free: "50MB",
      server_reports: "localhost:\($ports.postgresql_two)/beadsbox",
      server_program: $server,
      # Nobody listens there: mails wait, and the worker goes on.
      server_smtp_url: "smtp://127.0.0.1:9",
      server_mail_from: "My Beads Box <vouchers@beads.example.org>",
      server_listen: "127.0.0.1",
      server_drain_seconds: 1,
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
      machine_certificates: { one: { certificate: $one, key: $one_key }, two: { certificate: $two, key: $two_key } },
      machine_people: [{ name: "ada", "keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsb ada"] }],
      bastions_engineers: [{ name: "ada-passing", "keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsb ada"] }],
      bastions_ops: [{ name: "olu", "keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsbsb olu"] }]
    },
    hosts: {
      one: {
        ansible_host: "\($dir)/one", postgresql_port: $ports.postgresql_one, machine_sshd_port: $ports.ssh_one,
        machine_exporter_listen: "127.0.0.1:\($ports.exporter_one)"
      },
      two: {
        ansible_host: "\($dir)/two", postgresql_port: $ports.postgresql_two, machine_sshd_port: $ports.ssh_two,
        machine_exporter_listen: "127.0.0.1:\($ports.exporter_two)",
        backup_rehearses: false
      }
    },
    children: {
      database: { hosts: { one: {} } }, replica: { hosts: { two: {} } }, broker: { hosts: { one: {} } }, cache: { hosts: { one: {} } },
      web: { hosts: { one: {} } }, worker: { hosts: { one: {} } }, bastion_engineering: { hosts: { one: {} } }, bastion_ops: { hosts: { two: {} } }
    }
  }
}
