variable "environment" {
  description = "Which environment is watched; the tag `env` of everything that is sent."
  type        = string
}

variable "notify" {
  description = "Whom monitors call, as Datadog writes it."
  type        = string
}
