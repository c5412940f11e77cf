"""The API in OpenAPI 3.1, served at /openapi.json.

It is Python, not a JSON file: its limits and names are those of the code, and what many operations
share is written once. Tests hold it to the routes of app.py and to every reply that they get.
"""
