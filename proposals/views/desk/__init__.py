"""Suggestions at the desk: write, sign together, follow, rate, check promises."""
