"""The complete service on one machine: an embedded AWS, the API, workers and schedules.

Not shipped to Lambda.
"""
