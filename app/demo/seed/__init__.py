"""Fills the demonstration: months of history, told by the product's own services."""

from app.demo.seed.filling import seed

__all__ = ["seed"]
