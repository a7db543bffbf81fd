"""Portraits of invented people: flat drawings, so that nobody is taken for somebody real."""

from app.demo.portraits.picture import Sitter, portrait

__all__ = ["Sitter", "portrait"]
