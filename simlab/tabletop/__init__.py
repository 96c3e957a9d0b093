"""The tabletop."""
