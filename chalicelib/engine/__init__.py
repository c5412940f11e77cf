"""Bytes of a CSV to exact sums.

Needs nothing outside of this folder: it can be shipped alone, under any package name.
"""
