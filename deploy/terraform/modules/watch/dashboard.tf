# One page that answers: are we well, and if not, where?

locals {
  graphs = {
    "1 Requests a second"              = "sum:beadsbox.requests{${local.env}} by {route}.as_rate()"
    "2 Failures a second"              = "sum:beadsbox.requests{${local.env},status:5*} by {route}.as_rate()"
    "3 Slowest, 99 of 100"             = "p99:beadsbox.request_seconds{${local.env}} by {route}"
    "4 Connections to the database"    = "avg:beadsbox.pool_connections{${local.env}} by {host,front,state}"
    "5 Jobs that wait"                 = "max:beadsbox.jobs_waiting{${local.env}}"
    "6 Oldest job that waits, seconds" = "max:beadsbox.jobs_due_seconds{${local.env}}"
    "7 The sequencer behind, seconds"  = "max:beadsbox.sequencer_lag_seconds{${local.env}}"
    "8 Replicas behind, seconds"       = "max:beadsbox.replica_lag_seconds{${local.env}}"
    "9 Messages in the broker"         = "sum:rabbitmq.queue.messages{${local.env}} by {queue}"
  }
}

resource "datadog_dashboard" "this" {
  title       = "My Beads Box ${var.environment}"
  description = "Made by Terraform; changes by hand are undone by the next apply."
  layout_type = "ordered"
  tags        = ["team:beads"]

  dynamic "widget" {
    for_each = local.graphs

    content {
      timeseries_definition {
        # Their order is that of the numbers.
        title       = substr(widget.key, 2, -1)
        show_legend = true

        request {
          q            = widget.value
          display_type = "line"
        }
      }
    }
  }
}
