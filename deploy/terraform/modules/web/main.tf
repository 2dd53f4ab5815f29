# The machines that serve, and those that work at jobs. They keep nothing, so their number is a number.

locals {
  web    = { for number in range(var.web_count) : "web${number + 1}" => var.subnet_ids[number % length(var.subnet_ids)] }
  worker = { for number in range(var.worker_count) : "worker${number + 1}" => var.subnet_ids[number % length(var.subnet_ids)] }
}

module "web" {
  source   = "../machine"
  for_each = local.web

  name              = var.name
  machine           = each.key
  group             = "web"
  type              = var.web_type
  subnet_id         = each.value
  security_group_id = var.security_groups.web
  common            = var.common
}

module "worker" {
  source   = "../machine"
  for_each = local.worker

  name              = var.name
  machine           = each.key
  group             = "worker"
  type              = var.worker_type
  subnet_id         = each.value
  security_group_id = var.security_groups.worker
  common            = var.common
}
