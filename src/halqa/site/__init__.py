"""The house itself: Django's settings, addresses, the ASGI composition, the design system. No app imports it."""
