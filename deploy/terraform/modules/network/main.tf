# The VPC: a public tier for what the world reaches, one for the programs, one for the data, each in every zone.

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

module "addresses" {
  source = "../addresses"
  cidr   = var.cidr
  zones  = var.zones
}

locals {
  public_subnets  = { for name, subnet in module.addresses.subnets : subnet.zone => name if subnet.tier == "public" }
  private_subnets = { for name, subnet in module.addresses.subnets : name => subnet if subnet.tier != "public" }
}

resource "aws_subnet" "this" {
  for_each = module.addresses.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.value.zone
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.name}-${each.key}", Tier = each.value.tier }
}

# What AWS makes by itself lets everything through; here it lets nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-none" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-public" }
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = local.public_subnets

  subnet_id      = aws_subnet.this[each.value].id
  route_table_id = aws_route_table.public.id
}

# A way out in each zone, so that the loss of one leaves the others theirs.
resource "aws_eip" "nat" {
  # checkov:skip=CKV2_AWS_19: belongs to a NAT gateway, not to a machine
  for_each = local.public_subnets

  domain = "vpc"
  tags   = { Name = "${var.name}-nat-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each = local.public_subnets

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.this[each.value].id
  tags          = { Name = "${var.name}-${each.key}" }
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "private" {
  for_each = local.public_subnets

  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route" "nat" {
  for_each = local.public_subnets

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}

resource "aws_route_table_association" "private" {
  for_each = local.private_subnets

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.private[each.value.zone].id
}

# Backups go to the object store without leaving AWS.
resource "aws_vpc_endpoint" "object_store" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.private : table.id]
  tags              = { Name = "${var.name}-s3" }
}

# Names of machines, for inventories and settings: a machine that is replaced keeps its name.
resource "aws_route53_zone" "private" {
  # checkov:skip=CKV2_AWS_38: DNSSEC signs public zones only
  # checkov:skip=CKV2_AWS_39: query logging is for public zones only
  name = var.private_domain

  vpc {
    vpc_id = aws_vpc.this.id
  }
}
