output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "subnets" {
  description = "By tier, the subnets in the order of the zones."
  value = {
    for tier in ["public", "application", "data"] : tier => [for zone in var.zones : aws_subnet.this["${tier}_${zone}"].id]
  }
}

output "security_groups" {
  description = "By kind of machine, its security group."
  value       = { for group, made in aws_security_group.this : group => made.id }
}

output "zone_id" {
  description = "The private zone."
  value       = aws_route53_zone.private.zone_id
}
