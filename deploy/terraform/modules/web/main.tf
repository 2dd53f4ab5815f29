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
  image             = var.machine.image
  key_name          = var.machine.key_name
  zone_id           = var.machine.zone_id
  key_arn           = var.machine.key_arn
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
  image             = var.machine.image
  key_name          = var.machine.key_name
  zone_id           = var.machine.zone_id
  key_arn           = var.machine.key_arn
}
