# What wakes somebody, and only that. Each says what it means and what to do first.

locals {
  env = "env:${var.environment}"

  # Names are those under which the agent sends what `/metrics` says (openmetrics, without the prefix, namespace `beadsbox`).
  monitors = {
    refusing = {
      name     = "Requests fail"
      query    = "sum(last_5m):sum:beadsbox.requests.count{${local.env},status:5*}.as_count() / sum:beadsbox.requests.count{${local.env}}.as_count() > 0.02"
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
    standby = {
      name     = "No synchronous standby"
      query    = "min(last_5m):max:postgresql.replication.wal_flush_lag{${local.env}} > 30"
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
    backup = {
      name     = "No backup"
      query    = "change(max(last_4h),last_1d):max:beadsbox.backup_finished_seconds{${local.env}} < 1"
      critical = 1
      message  = "No backup ended since yesterday. On the primary: systemctl status beadsbox-backup, pgbackrest info."
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
  on_missing_data     = contains(["backup", "standby"], each.key) ? "show_and_notify_no_data" : "default"
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
    numerator   = "sum:beadsbox.requests.count{${local.env},!status:5*}.as_count()"
    denominator = "sum:beadsbox.requests.count{${local.env}}.as_count()"
  }

  thresholds {
    timeframe = "30d"
    target    = 99.9
    warning   = 99.95
  }
}
