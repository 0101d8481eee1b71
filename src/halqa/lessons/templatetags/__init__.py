"""Template tags of the lessons room."""
