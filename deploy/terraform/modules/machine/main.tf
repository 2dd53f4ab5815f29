# One machine, as all of them are: encrypted disks, a token for its metadata, a name in the private zone, and no key but what its role may.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-${var.machine}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "this" {
  count = var.policy == null ? 0 : 1

  name   = "own"
  role   = aws_iam_role.this.id
  policy = var.policy
}

resource "aws_iam_instance_profile" "this" {
  name = "${var.name}-${var.machine}"
  role = aws_iam_role.this.name
}

resource "aws_instance" "this" {
  # checkov:skip=CKV_AWS_88: only the bastions have a public address, and their groups take known networks only
  ami                         = var.common.image
  instance_type               = var.type
  subnet_id                   = var.subnet_id
  vpc_security_group_ids      = [var.security_group_id]
  iam_instance_profile        = aws_iam_instance_profile.this.name
  associate_public_ip_address = var.public
  key_name                    = var.common.key_name
  ebs_optimized               = true
  monitoring                  = true
  disable_api_termination     = var.keep

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    kms_key_id  = var.common.key_arn
    volume_type = "gp3"
    volume_size = var.disk_gib
    tags        = { Name = "${var.name}-${var.machine}" }
  }

  # The inventory of Ansible finds machines by these.
  tags = { Name = "${var.name}-${var.machine}", Group = var.group }

  lifecycle {
    # A newer image is taken when a machine is made anew on purpose, not by the next plan.
    ignore_changes = [ami]
  }
}

resource "aws_ebs_volume" "data" {
  count = var.data_gib == null ? 0 : 1

  availability_zone = aws_instance.this.availability_zone
  encrypted         = true
  kms_key_id        = var.common.key_arn
  type              = "gp3"
  size              = var.data_gib
  iops              = var.data_iops
  tags              = { Name = "${var.name}-${var.machine}-data" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "data" {
  count = var.data_gib == null ? 0 : 1

  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data[0].id
  instance_id = aws_instance.this.id
}

resource "aws_route53_record" "this" {
  zone_id = var.common.zone_id
  name    = var.machine
  type    = "A"
  ttl     = 60
  records = [aws_instance.this.private_ip]
}
