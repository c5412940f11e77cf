"""The native kernel: C, called through ctypes."""
