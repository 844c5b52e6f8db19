"""The kinds of items that rates are made of, by name."""

from stats.kinds.message import MESSAGE
from stats.kinds.order import ORDER
from stats.kinds.promise import PROMISE
from stats.kinds.proposal import PROPOSAL
from stats.kinds.topic import TOPIC
from stats.rules import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (MESSAGE, PROPOSAL, TOPIC, ORDER, PROMISE)}
