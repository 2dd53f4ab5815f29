# Two ways in: engineers reach every machine by SSH through theirs, operations people the read replica through theirs and nothing else.
# What each lets through is in the table of `reach`; what sshd lets through is in Ansible's role of the same name.

module "bastion" {
  source   = "../machine"
  for_each = tomap(var.security_groups)

  name              = var.name
  machine           = "bastion-${each.key}"
  group             = "bastion_${each.key}"
  type              = var.type
  public            = true
  subnet_id         = var.subnet_id
  security_group_id = each.value
  common            = var.common
}

# Their addresses stand in people's configuration, so they outlive the machines.
resource "aws_eip" "this" {
  for_each = tomap(var.security_groups)

  domain   = "vpc"
  instance = module.bastion[each.key].id
  tags     = { Name = "${var.name}-bastion-${each.key}" }
}
