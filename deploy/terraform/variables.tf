variable "environment" {
  description = "Which one this is: `production`, `staging`."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{3,12}$", var.environment))
    error_message = "Three to twelve small letters: it is part of names that AWS bounds."
  }
}

variable "region" {
  description = "The AWS region. Buyers' data stay there."
  type        = string
  default     = "eu-west-3"
}

variable "zones" {
  description = "The availability zones; three, so that the three databases are in different ones."
  type        = list(string)
  default     = ["eu-west-3a", "eu-west-3b", "eu-west-3c"]
}

variable "cidr" {
  description = "The VPC's addresses."
  type        = string
  default     = "10.40.0.0/16"
}

variable "private_domain" {
  description = "The private zone in which machines have their names."
  type        = string
  default     = "beads.internal"
}

variable "domain" {
  description = "The name that programs and buyers use."
  type        = string
}

variable "public_zone_id" {
  description = "The public zone in which that name is made; none where names are kept elsewhere."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "The domain's certificate in this region."
  type        = string
}

variable "bucket_prefix" {
  description = "Begins the names of buckets, which are unique in the world."
  type        = string
}

variable "first_public_key" {
  description = "The SSH key with which Ansible signs in for the first time."
  type        = string
}

variable "engineering_cidrs" {
  description = "From where engineers sign in to their bastion."
  type        = list(string)
}

variable "ops_cidrs" {
  description = "From where operations people sign in to theirs."
  type        = list(string)
}

variable "ports" {
  description = "On which port each part listens, where it is not the usual one; as in Ansible."
  type        = map(number)
  default     = {}
}

variable "primary" {
  description = "Which of `database1` and `database2` is the primary now."
  type        = string
  default     = "database1"
}

variable "database_gib" {
  description = "The size of each database's disk."
  type        = number
  default     = 100
}

variable "web_count" {
  description = "How many machines serve."
  type        = number
  default     = 2
}

variable "worker_count" {
  description = "How many machines work at jobs."
  type        = number
  default     = 1
}

variable "watched" {
  description = "Whether Datadog watches this environment."
  type        = bool
  default     = true
}

variable "datadog_api_url" {
  description = "Datadog's site."
  type        = string
  default     = "https://api.datadoghq.eu/"
}

variable "notify" {
  description = "Whom monitors call, as Datadog writes it: `@pagerduty-beads`."
  type        = string
  default     = ""
}
