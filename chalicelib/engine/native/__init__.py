"""The native kernel: C, called through ctypes. Needs neither pandas nor numpy."""

from .kernel import NativeKernel, load

__all__ = ["NativeKernel", "load"]
