output "nodes" {
  description = "The nodes' names in the private zone."
  value       = keys(module.machine)
}
