"""Exact sums of columns of CSV files. The command is ``csvsum``; ``csvsum --help`` explains it."""
