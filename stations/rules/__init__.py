"""Pure rules of stations: map datums, reception days, the opening checklist."""
