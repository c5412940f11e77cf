"""Implementations of the ports: DynamoDB, SQS, S3, a mounted folder. boto3 is used only here."""
