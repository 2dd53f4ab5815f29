variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "The public subnets, one a zone."
  type        = list(string)
}

variable "security_group_id" {
  description = "What it may hear and call."
  type        = string
}

variable "ports" {
  description = "On which port each service listens."
  type        = object({ api = number, admin = number, shop = number })
}

variable "machines" {
  description = "The web machines, by name."
  type        = map(string)
}

variable "certificate_arn" {
  description = "The certificate of the domain."
  type        = string
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

variable "logs_bucket" {
  description = "The bucket for the access logs, unique in the world."
  type        = string
}

variable "key_arn" {
  description = "Encrypts the firewall's log."
  type        = string
}

variable "most_requests" {
  description = "How many requests one address may make in five minutes. A shop's tills share one."
  type        = number
  default     = 6000
}
