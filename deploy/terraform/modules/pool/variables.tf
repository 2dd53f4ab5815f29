variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "common" {
  description = "What every machine has: image, first key pair, private zone, key of the disks."
  type        = object({ image = string, key_name = string, zone_id = string, key_arn = string })
}

variable "group" {
  description = "Their group in Ansible's inventory, which is also their name in the private zone."
  type        = string
}

variable "subnet_ids" {
  description = "The subnets of the data, one a zone."
  type        = list(string)
}

variable "security_group_id" {
  description = "What they may hear and call."
  type        = string
}

variable "machine_count" {
  description = "How many machines."
  type        = number
}

variable "type" {
  description = "The instance type."
  type        = string
  default     = "t3.medium"
}
