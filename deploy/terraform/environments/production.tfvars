# What is this environment's own. Nothing secret belongs here.
environment       = "production"
domain            = "beads.example.org"
certificate_arn   = "arn:aws:acm:eu-west-3:000000000000:certificate/00000000-0000-0000-0000-000000000000"
bucket_prefix     = "example-org"
first_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExam first"
engineering_cidrs = ["198.51.100.0/24"]
ops_cidrs         = ["203.0.113.0/24"]
notify            = "@pagerduty-beads"
