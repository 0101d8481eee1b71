"""Schools: places of the province, their rooms, and the walls that stand there. Other rooms come in through
`services.py` only."""
