variable "ports" {
  description = "On which port each part listens."
  type = object({
    ssh        = optional(number, 22)
    api        = optional(number, 8000)
    admin      = optional(number, 8001)
    shop       = optional(number, 8002)
    postgresql = optional(number, 5432)
    redis      = optional(number, 6379)
    amqp       = optional(number, 5671)
    epmd       = optional(number, 4369)
    erlang     = optional(number, 25672)
  })
  default  = {}
  nullable = false
}

variable "public_cidrs" {
  description = "Who may call the load balancer."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "engineering_cidrs" {
  description = "From where engineers sign in to their bastion."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.engineering_cidrs : can(cidrhost(cidr, 0)) && tonumber(split("/", cidr)[1]) >= 16])
    error_message = "The engineering bastion is for known networks: CIDRs of /16 or narrower."
  }
}

variable "ops_cidrs" {
  description = "From where operations people sign in to theirs."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.ops_cidrs : can(cidrhost(cidr, 0)) && tonumber(split("/", cidr)[1]) >= 16])
    error_message = "The OPS bastion is for known networks: CIDRs of /16 or narrower."
  }
}
