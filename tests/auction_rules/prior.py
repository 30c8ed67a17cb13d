"""A table at which bidders have prior rights: each comes with his place in the announced order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auction_rules.floor import Entrant
from auction_rules.rule import Rule
from tests.auction_rules.table import Table


class Prior(Table):
    """A table; 0 is no right, 1 comes before 2."""

    def __init__(self, rule: Rule, terms: Mapping[str, Any], places: Mapping[str, int]) -> None:
        super().__init__(rule, terms, " ".join(places))
        entrants = {b: Entrant(b, None, place) for b, place in places.items()}
        self.floor = replace(self.floor, entrants=entrants)
