variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "machine" {
  description = "What this one is called, also in the private zone."
  type        = string
}

variable "common" {
  description = "What every machine has: image, key pair with which Ansible signs in for the first time, private zone for its name, key of its disks."
  type        = object({ image = string, key_name = string, zone_id = string, key_arn = string })
}

variable "group" {
  description = "Its group in Ansible's inventory."
  type        = string
}

variable "type" {
  description = "The instance type."
  type        = string
}

variable "subnet_id" {
  description = "Where it stands."
  type        = string
}

variable "security_group_id" {
  description = "What it may hear and call."
  type        = string
}

variable "public" {
  description = "Whether it has a public address: bastions only."
  type        = bool
  default     = false
}

variable "keep" {
  description = "Whether it is guarded against being ended by mistake."
  type        = bool
  default     = false
}

variable "policy" {
  description = "What its role may do in AWS, as JSON; none to leave it nothing."
  type        = string
  default     = null
}

variable "disk_gib" {
  description = "The size of the system's disk."
  type        = number
  default     = 20
}

variable "data_gib" {
  description = "The size of a disk for data; none without."
  type        = number
  default     = null
}

variable "data_iops" {
  description = "How many operations a second that disk does."
  type        = number
  default     = 3000
}
