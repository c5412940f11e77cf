"""Bytes of a CSV to exact sums. Knows nothing of jobs, AWS or HTTP."""
