"""The job, its statuses, its parts, and the use cases."""
