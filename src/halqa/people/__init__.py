"""People: who somebody is. So far: who is a teacher. Other rooms come in through `services.py` only."""
