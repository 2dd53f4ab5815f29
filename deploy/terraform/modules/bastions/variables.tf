variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "common" {
  description = "What every machine has: image, first key pair, private zone, key of the disks."
  type        = object({ image = string, key_name = string, zone_id = string, key_arn = string })
}

variable "subnet_id" {
  description = "A public subnet."
  type        = string
}

variable "security_groups" {
  description = "What each may hear and call."
  type        = object({ engineering = string, ops = string })
}

variable "type" {
  description = "The instance type."
  type        = string
  default     = "t3.micro"
}
