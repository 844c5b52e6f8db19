"""Writes of the accounts app, by what they are about."""
