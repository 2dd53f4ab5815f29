output "backups_bucket" {
  description = "Where pgBackRest keeps backups and log."
  value       = module.backups.name
}
