"""The cases by kind: one module each, with a list ``CASES``. All of them are written by hand."""
