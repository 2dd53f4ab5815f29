output "machines" {
  description = "The instances that serve, by name."
  value       = { for name, made in module.web : name => made.id }
}
