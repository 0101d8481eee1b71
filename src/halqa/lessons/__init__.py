"""Lessons: what was announced, what is on air, what was taught. Other rooms come in through `services.py` only."""
