"""Families of commands, one a file; `app.cli` finds them by itself."""
