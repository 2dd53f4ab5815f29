# What wakes somebody, and only that. Each says what it means and what to do first.

locals {
  env = "env:${var.environment}"
  # The standby and the replica: modules/database makes one of each.
  followers = 2
  # Where silence is as bad as what they look for.
  not_silent = ["backup", "broker", "database", "dead_letters", "rehearsal", "standby"]

  # Names are those by which the servers tell the agent (OTLP: those of `/metrics` with a dot after the first word and without `_total`), and those of its
  # own checks of disks, backups, PostgreSQL and RabbitMQ (deploy/README.md).
  monitors = {
    refusing = {
      name     = "Requests fail"
      query    = "sum(last_5m):sum:beadsbox.requests{${local.env},status:5*}.as_count() / sum:beadsbox.requests{${local.env}}.as_count() > 0.02"
      critical = 0.02
      message  = "More than one in fifty requests fails. Tills go on offline. Look at /readyz of each server, then at PostgreSQL."
    }
    jobs_late = {
      name     = "Jobs wait"
      query    = "min(last_15m):max:beadsbox.jobs_due_seconds{${local.env}} > 3600"
      critical = 3600
      message  = "A job has waited for more than an hour: buyers lack their vouchers. Do workers run? Does the mail server answer?"
    }
    jobs_dead = {
      name     = "Jobs were given up"
      query    = "max(last_10m):max:beadsbox.jobs_given_up{${local.env}} > 0"
      critical = 0
      message  = "An admin decides about them in the office: Mail, What could not be sent."
    }
    sequencer = {
      name     = "Changes do not reach the feed"
      query    = "min(last_5m):max:beadsbox.sequencer_lag_seconds{${local.env}} > 60"
      critical = 60
      message  = "What is committed is not handed on to devices. Is a transaction open for long? See pg_stat_activity."
    }
    database = {
      name     = "The database is not reached"
      query    = "max(last_5m):min:beadsbox.database_up{${local.env}} < 1"
      critical = 1
      message  = "A server does not reach PostgreSQL, or no server says anything. Tills go on offline. Look at /readyz of each server, then at the primary."
    }
    places = {
      name     = "No free places"
      query    = "max(last_5m):min:beadsbox.free_places{${local.env}} by {host,front,state} < 1"
      critical = 1
      message  = "A front takes no more: requests are answered 503, connections wait. Is it slow (PostgreSQL), or are there too few servers?"
    }
    defects = {
      name     = "The server has a fault"
      query    = "sum(last_10m):sum:beadsbox.requests{${local.env},status:500}.as_count() > 0"
      critical = 0
      message  = "A request was answered 500, which no client brings about. Its line in the log is of level ERROR."
    }
    # The servers ask the database for whom it waits. While they do not reach it the monitor before says so.
    waits_for_nobody = {
      name     = "Commits wait for nobody"
      query    = "max(last_5m):min:beadsbox.database_standbys{${local.env}} < 1"
      critical = 1
      message  = "synchronous_standby_names names nobody: what is acknowledged is on one machine alone. After a promotion, run site.yml; it names those that follow."
    }
    # Of who follows there is a row each in pg_stat_replication, which goes with them. So they are counted: a lag of nobody is not late.
    standby = {
      name     = "No synchronous standby"
      query    = "max(last_5m):count_not_null(max:postgresql.replication.wal_flush_lag{${local.env},wal_sync_state:sync} by {wal_app_name}) < 1"
      critical = 1
      message  = "Nobody follows of those that commits wait for, or nobody says so: commits wait, and tills go on offline. See pg_stat_replication on the primary, and the machines that should be there."
    }
    # Once the standby is lost the replica takes its place, and nothing seems to be amiss.
    followers = {
      name     = "The standby or the replica is away"
      query    = "max(last_5m):count_not_null(max:postgresql.replication.wal_flush_lag{${local.env},wal_state:streaming} by {wal_app_name}) < ${local.followers}"
      critical = local.followers
      message  = "Commits wait for the one that is left. Without it they would wait for ever."
    }
    standby_late = {
      name     = "The synchronous standby is late"
      query    = "min(last_5m):max:postgresql.replication.wal_flush_lag{${local.env},wal_sync_state:sync} > 30"
      critical = 30
      message  = "The standby falls behind. While it does, commits wait, and the loss of the primary would be felt."
    }
    replica = {
      name     = "The replica is late"
      query    = "min(last_15m):max:beadsbox.replica_lag_seconds{${local.env}} > 300"
      critical = 300
      message  = "Reports are more than five minutes old."
    }
    disk = {
      name     = "A disk fills up"
      query    = "max(last_10m):max:system.disk.in_use{${local.env}} by {host,device} > 0.85"
      critical = 0.85
      message  = "On a database: does the archive of the log still go out (pgbackrest check)?"
    }
    # The servers say it in /readyz and in the log, and have no number for it. Each of them keeps a line to the broker open.
    broker = {
      name     = "The broker is away"
      query    = "max(last_5m):sum:rabbitmq.connections{${local.env}} < 1"
      critical = 1
      message  = "No server has a line to RabbitMQ, or no node of it says anything. Workers look for jobs themselves meanwhile. See /readyz of a server, and rabbitmqctl cluster_status on a broker."
    }
    dead_letters = {
      name     = "Messages that nobody can read"
      query    = "max(last_10m):max:rabbitmq.queue.messages{${local.env},queue:beadsbox.dead} > 0"
      critical = 0
      message  = "Something in the broker is no message of this program, or of a newer one. Its job is done all the same, two minutes later. Look into the queue, then empty it. No data: the agent does not read /metrics/detailed (deploy/README.md)."
    }
    spans = {
      name     = "Traces are lost"
      query    = "sum(last_10m):sum:beadsbox.spans_dropped{${local.env}}.as_count() > 0"
      critical = 0
      message  = "The collector is away or slow: see the agent on the machines of the servers. Nothing else is affected."
    }
    backup = {
      name     = "No backup"
      query    = "change(max(last_4h),last_2d):max:beadsbox.backup_finished_seconds{${local.env}} < 1"
      critical = 1
      message  = "No backup ended for two days. On the primary: systemctl status beadsbox-backup, pgbackrest info."
    }
    rehearsal = {
      name     = "No backup was restored to try it"
      query    = "change(max(last_1d),last_1w):max:beadsbox.rehearsal_finished_seconds{${local.env}} < 1"
      critical = 1
      message  = "No rehearsal ended well since a week ago: a backup that nobody restored may be none. On the machine that rehearses: journalctl -u beadsbox-rehearsal."
    }
  }
}

resource "datadog_monitor" "this" {
  for_each = local.monitors

  name                = "My Beads Box ${var.environment}: ${each.value.name}"
  type                = "query alert"
  query               = each.value.query
  message             = "${each.value.message} ${var.notify}"
  require_full_window = false
  on_missing_data     = contains(local.not_silent, each.key) ? "show_and_notify_no_data" : "default"
  tags                = [local.env, "project:my-beads-box"]

  monitor_thresholds {
    critical = each.value.critical
  }
}

# From outside, as a till sees it.
resource "datadog_service_level_objective" "answered" {
  name = "My Beads Box ${var.environment}: requests answered"
  type = "metric"
  tags = [local.env]

  query {
    numerator   = "sum:beadsbox.requests{${local.env},!status:5*}.as_count()"
    denominator = "sum:beadsbox.requests{${local.env}}.as_count()"
  }

  thresholds {
    timeframe = "30d"
    target    = 99.9
    warning   = 99.95
  }
}
