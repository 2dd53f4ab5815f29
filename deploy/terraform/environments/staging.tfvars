# As production, smaller.
environment       = "staging"
domain            = "staging.beads.example.org"
cidr              = "10.41.0.0/16"
certificate_arn   = "arn:aws:acm:eu-west-3:000000000000:certificate/00000000-0000-0000-0000-000000000001"
bucket_prefix     = "example-org"
first_public_key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExam first"
engineering_cidrs = ["198.51.100.0/24"]
ops_cidrs         = ["203.0.113.0/24"]
database_gib      = 20
watched           = false
