"""The rules of channels, without a database: platforms, links, and how a proof moves."""
