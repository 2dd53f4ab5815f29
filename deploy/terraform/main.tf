# One environment of the central system. Each part is a module; who may call whom stands in modules/reach, and what lives in the
# machines is Ansible's.

locals {
  name = "beadsbox-${var.environment}"
  common = {
    image    = data.aws_ami.debian.id
    key_name = aws_key_pair.first.key_name
    zone_id  = module.network.zone_id
    key_arn  = aws_kms_key.this.arn
  }
}

# Debian's own images, of its own account.
data "aws_ami" "debian" {
  owners      = ["136693071363"]
  most_recent = true

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

# For the first run of Ansible, which gives each person their own key.
resource "aws_key_pair" "first" {
  key_name   = "${local.name}-first"
  public_key = var.first_public_key
}

module "reach" {
  source            = "./modules/reach"
  ports             = var.ports
  engineering_cidrs = var.engineering_cidrs
  ops_cidrs         = var.ops_cidrs
}

module "network" {
  source         = "./modules/network"
  name           = local.name
  region         = var.region
  cidr           = var.cidr
  zones          = var.zones
  private_domain = var.private_domain
  key_arn        = aws_kms_key.this.arn
  reach          = module.reach
}

module "load_balancer" {
  source            = "./modules/load_balancer"
  name              = local.name
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.subnets.public
  security_group_id = module.network.security_groups.load_balancer
  ports             = module.reach.ports
  machines          = module.web.machines
  certificate_arn   = var.certificate_arn
  domain            = var.domain
  public_zone_id    = var.public_zone_id
  logs_bucket       = "${var.bucket_prefix}-${local.name}-requests"
  key_arn           = aws_kms_key.this.arn
}

module "web" {
  source          = "./modules/web"
  name            = local.name
  common          = local.common
  subnet_ids      = module.network.subnets.application
  security_groups = module.network.security_groups
  web_count       = var.web_count
  worker_count    = var.worker_count
}

module "bastions" {
  source    = "./modules/bastions"
  name      = local.name
  common    = local.common
  subnet_id = module.network.subnets.public[0]
  security_groups = {
    engineering = module.network.security_groups.bastion_engineering
    ops         = module.network.security_groups.bastion_ops
  }
}

module "database" {
  source          = "./modules/database"
  name            = local.name
  common          = local.common
  subnet_ids      = module.network.subnets.data
  security_groups = module.network.security_groups
  primary         = var.primary
  data_gib        = var.database_gib
  backups_bucket  = "${var.bucket_prefix}-${local.name}-backups"
}

# Redis holds what can be asked for again, so one machine is enough and its loss costs time only.
module "cache" {
  source            = "./modules/pool"
  name              = local.name
  common            = local.common
  group             = "cache"
  machine_count     = 1
  subnet_ids        = module.network.subnets.data
  security_group_id = module.network.security_groups.cache
}

# RabbitMQ: three nodes, so that quorum queues outlive one of them. More than half of them decide, so an even number is no better than one less. Jobs live in
# the database; what is lost here is published again.
module "broker" {
  source            = "./modules/pool"
  name              = local.name
  common            = local.common
  group             = "broker"
  machine_count     = 3
  subnet_ids        = module.network.subnets.data
  security_group_id = module.network.security_groups.broker
}

module "watch" {
  source = "./modules/watch"
  count  = var.watched ? 1 : 0

  environment = var.environment
  notify      = var.notify
}
