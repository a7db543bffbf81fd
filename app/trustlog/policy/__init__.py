"""What the log is made of: entries, hashes, tiles, notes. Pure; no database needed."""
