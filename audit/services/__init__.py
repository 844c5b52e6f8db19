"""Writing entries, sealing them, and proving that nothing was changed afterwards."""

from audit.services.recording import entry_for, record, record_many
from audit.services.sealing import GENESIS, head, seal
from audit.services.verifying import Verdict, verify

__all__ = ["GENESIS", "Verdict", "entry_for", "head", "record", "record_many", "seal", "verify"]
