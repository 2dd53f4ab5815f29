# Three PostgreSQL machines in different zones: the primary, a standby that has each commit before it is acknowledged, and a replica for
# reports and operations people. Which one is the primary is said by the name `primary` in the private zone and by Ansible, because
# a failover changes it and may not need a plan.

locals {
  machines = {
    database1 = { group = "database", subnet = 0, security_group = var.security_groups.database, type = var.type }
    database2 = { group = "database", subnet = 1, security_group = var.security_groups.database, type = var.type }
    replica1  = { group = "replica", subnet = 2, security_group = var.security_groups.replica, type = var.replica_type }
  }
}

module "machine" {
  source   = "../machine"
  for_each = local.machines

  name              = var.name
  machine           = each.key
  group             = each.value.group
  type              = each.value.type
  keep              = true
  data_gib          = var.data_gib
  data_iops         = var.data_iops
  policy            = data.aws_iam_policy_document.backups.json
  subnet_id         = var.subnet_ids[each.value.subnet % length(var.subnet_ids)]
  security_group_id = each.value.security_group
  common            = var.common
}

# The names that the programs use. After a promotion the new primary is named here.
resource "aws_route53_record" "role" {
  # checkov:skip=CKV2_AWS_23: it names machines that a module makes, which the check does not see
  for_each = { primary = var.primary, reports = "replica1" }

  zone_id = var.common.zone_id
  name    = each.key
  type    = "A"
  ttl     = 10
  records = [module.machine[each.value].private_ip]
}

module "backups" {
  source            = "../bucket"
  name              = var.backups_bucket
  key_arn           = var.common.key_arn
  keep_deleted_days = 30
}

# pgBackRest reads, writes and expires. Deleted versions are out of its reach, and with them a thief's.
data "aws_iam_policy_document" "backups" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [module.backups.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${module.backups.arn}/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.common.key_arn]
  }
}
