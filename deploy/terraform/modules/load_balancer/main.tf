# What the world reaches: TLS ends here, and each path goes to the service that answers it.

resource "aws_lb" "this" {
  # checkov:skip=CKV2_AWS_76: the known bad inputs, Log4j among them, are refused in firewall.tf; the list of anonymous addresses that this
  # check wants besides would lock out shops behind a VPN
  # checkov:skip=CKV_AWS_91: a line has the whole address, and that of an order opens its voucher; the servers' own log has every request without it
  name               = var.name
  load_balancer_type = "application"
  internal           = false
  security_groups    = [var.security_group_id]
  subnets            = var.subnet_ids

  # `/v1/sync/changes` may wait for a minute.
  idle_timeout               = 90
  drop_invalid_header_fields = true
  # The server takes the caller's address from here, and what a caller wrote into that header himself is not taken over.
  xff_header_processing_mode = "append"
  enable_deletion_protection = true

  # Said and not left out: left out, it stays as it was. What was written before ends with the bucket's days.
  access_logs {
    bucket  = module.logs.name
    enabled = false
  }
}

data "aws_elb_service_account" "this" {}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::${var.logs_bucket}/AWSLogs/*"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_elb_service_account.this.arn]
    }
  }
}

module "logs" {
  source      = "../bucket"
  name        = var.logs_bucket
  policy      = data.aws_iam_policy_document.logs.json
  expire_days = 90
}

locals {
  services = {
    # As the server's fronts divide it; what is administered, and what buyers see, comes before the rest of `/v1`.
    admin = { order = 10, port = var.ports.admin, paths = ["/v1/admin/*", "/v1/reports/*"] }
    api   = { order = 30, port = var.ports.api, paths = ["/v1/*", "/openapi.json"] }
    shop  = { order = 20, port = var.ports.shop, paths = ["/vouchers", "/vouchers/*", "/v1/catalogue"] }
  }
  attachments = {
    for pair in setproduct(keys(local.services), keys(var.machines)) :
    "${pair[0]}_${pair[1]}" => { service = pair[0], machine = var.machines[pair[1]] }
  }
}

resource "aws_lb_target_group" "this" {
  # checkov:skip=CKV_AWS_378: TLS ends at the load balancer; what goes on stays between two security groups of the VPC
  for_each = local.services

  name                 = "${var.name}-${each.key}"
  vpc_id               = var.vpc_id
  port                 = each.value.port
  protocol             = "HTTP"
  deregistration_delay = 95

  # A server that is about to end says so here before it takes no new connections.
  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 5
    timeout             = 3
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = local.attachments

  target_group_arn = aws_lb_target_group.this[each.value.service].arn
  target_id        = each.value.machine
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  # Nothing else is there: neither the health nor the metrics of the servers are for the world.
  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "There is nothing here."
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each = local.services

  listener_arn = aws_lb_listener.https.arn
  priority     = each.value.order

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    path_pattern {
      values = each.value.paths
    }
  }
}

# Programs find the server by this name, buyers the shop.
resource "aws_route53_record" "this" {
  count = var.public_zone_id == null ? 0 : 1

  zone_id = var.public_zone_id
  name    = var.domain
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
