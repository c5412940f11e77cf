"""The commands that talk to a service: a module each, with a function ``register``."""
