# Redis: it holds what can be asked for again, so one machine is enough and its loss costs time only.

module "machine" {
  source   = "../machine"
  for_each = { for number in range(var.machine_count) : "cache${number + 1}" => var.subnet_ids[number % length(var.subnet_ids)] }

  name              = var.name
  machine           = each.key
  group             = "cache"
  type              = var.type
  subnet_id         = each.value
  security_group_id = var.security_group_id
  image             = var.machine.image
  key_name          = var.machine.key_name
  zone_id           = var.machine.zone_id
  key_arn           = var.machine.key_arn
}

# The name that the programs use.
resource "aws_route53_record" "this" {
  # checkov:skip=CKV2_AWS_23: it names machines that a module makes, which the check does not see
  zone_id = var.machine.zone_id
  name    = "cache"
  type    = "A"
  ttl     = 10
  records = [for made in module.machine : made.private_ip]
}
