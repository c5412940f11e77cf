"""How fast csvsum is, compared with other ways to sum CSV columns: ``make bench``.

Nothing here ships, and no test depends on a time.
"""
