# How the VPC's addresses are divided: a tier in each zone, with room for a fourth zone and a fourth tier. Nothing but arithmetic.

locals {
  # Of a /16: tiers of /18, in them zones of /20.
  tiers = ["public", "application", "data"]
  subnets = {
    for pair in setproduct(range(length(local.tiers)), range(length(var.zones))) :
    "${local.tiers[pair[0]]}_${var.zones[pair[1]]}" => {
      tier = local.tiers[pair[0]]
      zone = var.zones[pair[1]]
      cidr = cidrsubnet(cidrsubnet(var.cidr, 2, pair[0]), 2, pair[1])
    }
  }
}

variable "cidr" {
  description = "The VPC's addresses."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 22
    error_message = "The VPC takes a network of /16 to /22."
  }
}

variable "zones" {
  description = "The availability zones; the database's three machines stand in different ones."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 4 && length(distinct(var.zones)) == length(var.zones)
    error_message = "Two to four zones, each once."
  }
}

output "subnets" {
  description = "Each subnet: `tier`, `zone`, `cidr`."
  value       = local.subnets
}

terraform {
  required_version = ">= 1.10"
}
