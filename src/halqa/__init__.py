"""Halqa: one studio teaches every school of a province, live and at any later time."""

__version__ = "0.1.0"
