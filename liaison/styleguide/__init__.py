"""The style guide: every component in every mode. Routes exist only with DEBUG."""
