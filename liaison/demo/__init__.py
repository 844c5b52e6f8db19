"""Demo data: an invented life of some months in real places, the same for the same seed.

Registers are written in bulk, everything that has a workflow goes through the services and the
engine at its own time (`stage`), and only the closed matters of long ago are written as rows with
their log (`history`). Nothing here is imported by the product itself.
"""
