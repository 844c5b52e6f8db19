"""PostgreSQL as the house uses it: statements of hot paths are planned once per connection.

Kept free of imports of its backend, so that models' modules may use `Prepared` before settings.
"""

from core.postgres.prepared import Prepared

__all__ = ["Prepared"]
