output "id" {
  description = "The instance."
  value       = aws_instance.this.id
}

output "private_ip" {
  description = "Its address within the VPC."
  value       = aws_instance.this.private_ip
}

output "public_ip" {
  description = "Its public address, for a bastion."
  value       = aws_instance.this.public_ip
}
