variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "common" {
  description = "What every machine has: image, first key pair, private zone, key of the disks."
  type        = object({ image = string, key_name = string, zone_id = string, key_arn = string })
}

variable "subnet_ids" {
  description = "The subnets of the programs, one a zone."
  type        = list(string)
}

variable "security_groups" {
  description = "What each kind may hear and call."
  type        = object({ web = string, worker = string })
}

variable "web_count" {
  description = "How many machines serve. Two at least, so that one can be restarted."
  type        = number
  default     = 2

  validation {
    condition     = var.web_count >= 2
    error_message = "With fewer than two, an upgrade is an outage."
  }
}

variable "worker_count" {
  description = "How many work at jobs."
  type        = number
  default     = 1
}

variable "web_type" {
  description = "The instance type of those that serve."
  type        = string
  default     = "c7i.large"
}

variable "worker_type" {
  description = "The instance type of those that work at jobs."
  type        = string
  default     = "t3.medium"
}
