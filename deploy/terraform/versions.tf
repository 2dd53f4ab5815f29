terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    datadog = {
      source  = "DataDog/datadog"
      version = "~> 3.70"
    }
  }

  # Where the state lies is said at `init`: -backend-config=environments/<name>.backend.hcl
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "my-beads-box", Environment = var.environment }
  }
}

# DD_API_KEY and DD_APP_KEY come from the surroundings, so that no secret is in the state.
provider "datadog" {
  api_url  = var.datadog_api_url
  validate = var.watched
}
