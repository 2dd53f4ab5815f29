output "addresses" {
  description = "Where people sign in."
  value       = { for name, made in aws_eip.this : name => made.public_ip }
}
