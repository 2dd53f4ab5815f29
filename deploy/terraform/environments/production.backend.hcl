bucket = "example-org-terraform"
key    = "beadsbox/production.tfstate"
region = "eu-west-3"
