"""The service on one machine: an embedded AWS, the API, workers, schedules. Not shipped."""
