output "name" {
  description = "The bucket."
  value       = aws_s3_bucket.this.id
  # Whoever writes into it writes once its rules stand.
  depends_on = [aws_s3_bucket_policy.this]
}

output "arn" {
  description = "The bucket, for policies."
  value       = aws_s3_bucket.this.arn
}
