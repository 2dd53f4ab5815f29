# One group for each kind of machine; its rules are the table of `reach`, on the side of the caller and of the called.

resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5: attached by the modules that get its id
  for_each = var.reach.groups

  name        = "${var.name}-${each.key}"
  description = "What ${each.key} may hear and call"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "between" {
  for_each = var.reach.between

  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = each.key
}

resource "aws_vpc_security_group_egress_rule" "between" {
  for_each = var.reach.between

  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = each.key
}

resource "aws_vpc_security_group_ingress_rule" "outside" {
  # checkov:skip=CKV_AWS_260: port 80 is the load balancer's, answered with a redirect to HTTPS
  for_each = var.reach.outside

  security_group_id = aws_security_group.this[each.value.to].id
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  description       = each.key
}

resource "aws_vpc_security_group_egress_rule" "outward" {
  for_each = var.reach.outward

  security_group_id = aws_security_group.this[each.value.from].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  description       = each.key
}
