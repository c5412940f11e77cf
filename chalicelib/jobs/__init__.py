"""The job, its states, its parts, and the use cases."""
