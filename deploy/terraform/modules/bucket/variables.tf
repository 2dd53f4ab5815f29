variable "name" {
  description = "The bucket's name, unique in the world."
  type        = string
}

variable "key_arn" {
  description = "Encrypts what is in it; none for a key of S3."
  type        = string
  default     = null
}

variable "policy" {
  description = "Who else may do what, as JSON."
  type        = string
  default     = null
}

variable "expire_days" {
  description = "After how many days an object goes; none to keep it."
  type        = number
  default     = null
}

variable "keep_deleted_days" {
  description = "For how many days a deleted object can be had back."
  type        = number
  default     = 30
}
