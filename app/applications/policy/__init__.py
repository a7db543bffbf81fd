"""The rules of applications. Pure; no database needed."""
