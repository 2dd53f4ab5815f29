# Machines of one kind, spread over the zones, that the programs reach by one name: the nodes of RabbitMQ, the cache.

module "machine" {
  source   = "../machine"
  for_each = { for number in range(var.machine_count) : "${var.group}${number + 1}" => var.subnet_ids[number % length(var.subnet_ids)] }

  name              = var.name
  machine           = each.key
  group             = var.group
  type              = var.type
  subnet_id         = each.value
  security_group_id = var.security_group_id
  common            = var.common
}

# The name that the programs use.
resource "aws_route53_record" "this" {
  # checkov:skip=CKV2_AWS_23: it names machines that a module makes, which the check does not see
  zone_id = var.common.zone_id
  name    = var.group
  type    = "A"
  ttl     = 10
  records = [for made in module.machine : made.private_ip]
}
