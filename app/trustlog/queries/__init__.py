"""What others ask of the log."""
