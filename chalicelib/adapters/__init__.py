"""One door to each AWS service, and to the mounted folder. boto3 is imported nowhere else."""
