"""Bytes of a CSV to exact sums.

It needs nothing outside this folder, so it can ship alone, under any package name.
"""
