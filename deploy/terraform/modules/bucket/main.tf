# A bucket that nobody outside reads, with what was deleted kept for a while.

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_144: a copy in another region is a decision about where buyers' data may be; `replica_region` is not ours to choose
  # checkov:skip=CKV_AWS_18: accesses are in CloudTrail's data events, not in a bucket that would need one itself
  # checkov:skip=CKV2_AWS_62: nobody waits for events of this bucket
  # checkov:skip=CKV_AWS_145: load balancers write their logs with keys of S3 only; everything else comes with `key_arn`
  bucket = var.name
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "unfinished"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "deleted"
    status = "Enabled"
    filter {}

    # What a mistake, or a thief with the database's role, deletes or overwrites can be had back for so long.
    noncurrent_version_expiration {
      noncurrent_days = var.keep_deleted_days
    }
  }

  rule {
    id     = "old"
    status = var.expire_days == null ? "Disabled" : "Enabled"
    filter {}

    expiration {
      days = coalesce(var.expire_days, 3650)
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = var.policy == null ? [] : [var.policy]

  statement {
    sid       = "OverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json
}
