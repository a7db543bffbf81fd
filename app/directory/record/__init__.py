"""A member's record: their entries of the log, with what of them the public may see opened."""
