"""Prior rights: a table where each has his place in the announced order, and plans that use them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from auction_rules.floor import Entrant
from auction_rules.rule import Rule
from auction_rules.terms import SECOND
from tests.auction_rules.courses import SMALL, people
from tests.auction_rules.table import Table

_near = st.sampled_from([0, 0, 0, 0, 1, 7, -1])
_asked = st.one_of(
    st.tuples(st.just("bid"), people, _near),
    st.tuples(st.just("bid"), people, _near),
    st.tuples(st.just("bid"), st.just(SMALL), _near),
    st.tuples(st.just("confirm"), st.just(SMALL), st.sampled_from([True, True, False])),
)
_broken = st.sampled_from([("suspend",), ("resume",)])
rights = st.lists(
    st.tuples(
        st.sampled_from([0, 1, SECOND, SECOND, 5 * SECOND, None]),
        st.one_of(*[_asked] * 12, _broken),
    ),
    min_size=6,
    max_size=24,
)
"""Plans in which people bid close to what is valid, and the holder answers when he is asked."""


class Prior(Table):
    """A table; 0 is no right, 1 comes before 2."""

    def __init__(self, rule: Rule, terms: Mapping[str, Any], places: Mapping[str, int]) -> None:
        super().__init__(rule, terms, " ".join(places))
        entrants = {b: Entrant(b, None, place) for b, place in places.items()}
        self.floor = replace(self.floor, entrants=entrants)
