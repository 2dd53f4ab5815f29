bucket = "example-org-terraform"
key    = "beadsbox/staging.tfstate"
region = "eu-west-3"
