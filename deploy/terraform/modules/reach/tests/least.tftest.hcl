variables {
  engineering_cidrs = ["198.51.100.0/24"]
  ops_cidrs         = ["203.0.113.0/24"]
}

run "only_the_load_balancer_and_the_bastions_hear_the_world" {
  command = plan

  assert {
    condition     = toset([for rule in output.outside : rule.to]) == toset(["load_balancer", "bastion_engineering", "bastion_ops"])
    error_message = "A machine behind them is open to the outside."
  }
  assert {
    condition     = alltrue([for rule in output.outside : rule.cidr != "0.0.0.0/0" || rule.to == "load_balancer"])
    error_message = "A bastion is open to everybody."
  }
  assert {
    condition     = toset([for rule in output.outside : rule.port if rule.to == "load_balancer"]) == toset([80, 443])
    error_message = "The load balancer listens for more than the web."
  }
}

run "the_ops_bastion_reaches_the_replica_and_nothing_else" {
  command = plan

  assert {
    condition     = [for rule in output.between : "${rule.to}:${rule.port}" if rule.from == "bastion_ops"] == ["replica:5432"]
    error_message = "Operations people reach more than the copy they may read."
  }
}

run "who_reaches_the_database" {
  command = plan

  assert {
    condition     = toset([for rule in output.between : rule.from if rule.to == "database" && rule.port == 5432]) == toset(["web", "worker", "database", "replica"])
    error_message = "Somebody else reaches the database."
  }
  assert {
    condition     = toset([for rule in output.between : rule.from if rule.to == "replica" && rule.port == 5432]) == toset(["web", "bastion_ops", "database"])
    error_message = "Somebody else reaches the replica."
  }
  assert {
    condition     = toset([for rule in output.between : rule.from if rule.to == "cache" && rule.port != 22]) == toset(["web", "worker"])
    error_message = "Somebody else reaches the cache."
  }
  assert {
    condition     = toset([for rule in output.between : rule.from if rule.to == "broker" && rule.port == 5671]) == toset(["web", "worker"])
    error_message = "Somebody else reaches the broker."
  }
}

run "requests_come_by_the_load_balancer_and_shells_by_the_bastion" {
  command = plan

  assert {
    condition     = toset([for rule in output.between : rule.from if rule.to == "web" && rule.port != 22]) == toset(["load_balancer"])
    error_message = "There is a way past the load balancer."
  }
  assert {
    condition     = toset([for rule in output.between : rule.from if rule.port == 22]) == toset(["bastion_engineering"])
    error_message = "There is a way past the engineering bastion."
  }
  assert {
    condition     = toset([for rule in output.between : rule.to if rule.port == 22]) == toset(["web", "worker", "database", "replica", "cache", "broker"])
    error_message = "A machine cannot be mended by SSH."
  }
}

run "the_world_is_told_nothing_but_what_it_must" {
  command = plan

  assert {
    condition     = toset([for rule in output.outward : rule.from if rule.port != 443]) == toset(["web", "worker"])
    error_message = "A machine that sends no mail may speak to mail servers."
  }
  assert {
    condition     = alltrue([for rule in output.outward : contains([443, 465, 587], rule.port)])
    error_message = "Something goes out on another port."
  }
}

run "a_bastion_for_everybody_is_refused" {
  command = plan

  variables {
    engineering_cidrs = ["0.0.0.0/0"]
    ops_cidrs         = ["0.0.0.0/0"]
  }

  expect_failures = [var.engineering_cidrs, var.ops_cidrs]
}
