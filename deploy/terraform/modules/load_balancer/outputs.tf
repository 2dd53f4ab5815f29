output "dns_name" {
  description = "Its name in AWS."
  value       = aws_lb.this.dns_name
}

output "arn_suffix" {
  description = "Its name in metrics."
  value       = aws_lb.this.arn_suffix
}
