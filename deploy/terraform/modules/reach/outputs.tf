output "groups" {
  description = "Every group of machines that has rules."
  value       = toset(concat(["load_balancer", "bastion_engineering", "bastion_ops"], local.behind))
}

output "ports" {
  description = "The ports, with what was left to its default."
  value       = var.ports
}

output "between" {
  description = "From one group to another: `from`, `to`, `port`."
  value       = local.between
}

output "outside" {
  description = "From networks outside: `cidr`, `to`, `port`."
  value       = local.outside
}

output "outward" {
  description = "To anywhere: `from`, `port`."
  value       = local.outward
}
