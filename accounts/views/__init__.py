"""Pages of the accounts app: signing in, one's own account, the desk's home."""
