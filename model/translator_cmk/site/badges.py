"""Badges, as the site imports them."""

from ..badges import HEIGHT, LABEL_COLOUR, LOOKS, PADDING, TEXT_COLOUR, Badge, Status, endpoint, svg

__all__ = ["HEIGHT", "LABEL_COLOUR", "LOOKS", "PADDING", "TEXT_COLOUR", "Badge", "Status", "endpoint", "svg"]
