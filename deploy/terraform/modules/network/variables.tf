variable "name" {
  description = "Begins the name of everything."
  type        = string
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses, /16 to /22."
  type        = string
}

variable "zones" {
  description = "The availability zones."
  type        = list(string)
}

variable "private_domain" {
  description = "The private zone in which machines have their names."
  type        = string
}

variable "key_arn" {
  description = "Encrypts the flow logs."
  type        = string
}

variable "reach" {
  description = "Who may reach whom: the outputs of `reach`."
  type = object({
    groups  = set(string)
    between = map(object({ from = string, to = string, port = number }))
    outside = map(object({ cidr = string, to = string, port = number }))
    outward = map(object({ from = string, port = number }))
  })
}
