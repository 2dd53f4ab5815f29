# Who may open a connection to whom, and on which port. All of it in one table, from which the security groups are made on both
# sides: what is not here does not pass. It asks no provider, so its tests run anywhere.

locals {
  # Machines that take connections of machines, by port. `who` are the groups that may call.
  calls = {
    api        = { to = "web", port = var.ports.api, who = ["load_balancer"] }
    admin      = { to = "web", port = var.ports.admin, who = ["load_balancer"] }
    shop       = { to = "web", port = var.ports.shop, who = ["load_balancer"] }
    postgresql = { to = "database", port = var.ports.postgresql, who = ["web", "worker", "database", "replica"] }
    # A standby that takes over first takes from the replica what that has more.
    reports      = { to = "replica", port = var.ports.postgresql, who = ["web", "bastion_ops", "database"] }
    redis        = { to = "cache", port = var.ports.redis, who = ["web", "worker"] }
    amqp         = { to = "broker", port = var.ports.amqp, who = ["web", "worker"] }
    broker_names = { to = "broker", port = var.ports.epmd, who = ["broker"] }
    broker_nodes = { to = "broker", port = var.ports.erlang, who = ["broker"] }
  }

  # Each machine behind the bastions is reached by SSH from the engineering bastion alone.
  behind = ["web", "worker", "database", "replica", "cache", "broker"]
  ssh = {
    for group in local.behind : "ssh_${group}" => { to = group, port = var.ports.ssh, who = ["bastion_engineering"] }
  }

  between = merge([
    for name, call in merge(local.calls, local.ssh) : {
      for from in call.who : "${name}_from_${from}" => { from = from, to = call.to, port = call.port }
    }
  ]...)

  # What comes from outside.
  outside = merge(
    { for cidr in var.public_cidrs : "https_from_${cidr}" => { to = "load_balancer", port = 443, cidr = cidr } },
    # Answered with a redirect and nothing else.
    { for cidr in var.public_cidrs : "http_from_${cidr}" => { to = "load_balancer", port = 80, cidr = cidr } },
    { for cidr in var.engineering_cidrs : "engineering_from_${cidr}" => { to = "bastion_engineering", port = var.ports.ssh, cidr = cidr } },
    { for cidr in var.ops_cidrs : "ops_from_${cidr}" => { to = "bastion_ops", port = var.ports.ssh, cidr = cidr } },
  )

  # What goes out: packages, the object store and what is watched, over HTTPS; mail by those who send it.
  mail_ports = [465, 587]
  outward = merge(
    { for group in concat(local.behind, ["bastion_engineering", "bastion_ops"]) : "https_of_${group}" => { from = group, port = 443 } },
    { for pair in setproduct(["web", "worker"], local.mail_ports) : "mail_${pair[1]}_of_${pair[0]}" => { from = pair[0], port = pair[1] } },
  )
}
