"""Small files of every kind that people have, and what is right for each.

``cases`` holds them, ``case`` says what one is, ``reference`` reads one in plain Python.
"""
