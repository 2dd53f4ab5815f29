variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "machine" {
  description = "What every machine has: image, first key pair, private zone, key of the disks."
  type        = object({ image = string, key_name = string, zone_id = string, key_arn = string })
}

variable "subnet_ids" {
  description = "The subnets of the data, one a zone."
  type        = list(string)
}

variable "security_group_id" {
  description = "What it may hear and call."
  type        = string
}

variable "machine_count" {
  description = "How many nodes: an odd number, because more than half of them decide."
  type        = number
  default     = 3

  validation {
    condition     = var.machine_count % 2 == 1
    error_message = "An even number of nodes decides no better than one less."
  }
}

variable "type" {
  description = "The instance type."
  type        = string
  default     = "t3.medium"
}
