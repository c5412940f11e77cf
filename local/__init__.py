"""The service on one machine: an embedded AWS, the API, workers, a scheduler. Not deployed."""
