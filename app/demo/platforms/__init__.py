"""Platforms on loopback, in the shape of their documentation."""
