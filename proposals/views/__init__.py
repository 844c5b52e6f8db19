"""Pages of suggestions, by audience."""
