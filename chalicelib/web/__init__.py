"""HTTP: requests and responses."""
