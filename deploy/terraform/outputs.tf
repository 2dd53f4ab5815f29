output "load_balancer" {
  description = "Where the domain has to point."
  value       = module.load_balancer.dns_name
}

output "bastions" {
  description = "Where people sign in."
  value       = module.bastions.addresses
}

output "backups_bucket" {
  description = "For `backup_bucket` in Ansible's inventory."
  value       = module.database.backups_bucket
}

output "broker_nodes" {
  description = "For `rabbitmq_nodes` in Ansible's inventory."
  value       = module.broker.machines
}
