variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "common" {
  description = "What every machine has: image, first key pair, private zone, key of the disks."
  type        = object({ image = string, key_name = string, zone_id = string, key_arn = string })
}

variable "subnet_ids" {
  description = "The subnets of the data, one a zone."
  type        = list(string)
}

variable "security_groups" {
  description = "What each kind may hear and call."
  type        = object({ database = string, replica = string })
}

variable "primary" {
  description = "Which machine is the primary now."
  type        = string
  default     = "database1"

  validation {
    condition     = contains(["database1", "database2"], var.primary)
    error_message = "The primary is database1 or database2; the replica is for reading."
  }
}

variable "type" {
  description = "The instance type of primary and standby."
  type        = string
  default     = "r7i.large"
}

variable "replica_type" {
  description = "The instance type of the replica."
  type        = string
  default     = "r7i.large"
}

variable "data_gib" {
  description = "The size of each one's disk for data. A million vouchers with their history take some 3 GiB."
  type        = number
  default     = 100
}

variable "data_iops" {
  description = "How many operations a second those disks do."
  type        = number
  default     = 6000
}

variable "backups_bucket" {
  description = "The bucket for the backups, unique in the world."
  type        = string
}
