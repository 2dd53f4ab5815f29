output "machines" {
  description = "The machines' names in the private zone."
  value       = keys(module.machine)
}
