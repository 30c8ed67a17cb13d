"""Every line that a rule must not say is found, and what is like it is left alone."""

import pytest

from auction_rules.conformance.__main__ import main
from auction_rules.conformance.exact import faults
from auction_rules.conformance.sources import UnknownPackage, inexact


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("x = 0.1", "0.1"),
        ("x = 1e3", "1000.0"),
        ("x = -2.5", "2.5"),
        ("x = 1j", "1j"),
        ("x = a / b", "/"),
        ("x /= b", "/"),
        ("x = float(a)", "float"),
        ("x = hash(a)", "hash()"),
        ("x = id(a)", "id()"),
        ("x = round(a)", "round()"),
        ("x = open(a)", "open()"),
        ("import time", "import time"),
        ("from time import monotonic", "import time"),
        ("def f():\n    import random", "import random"),
        ("import os.path", "import os"),
        ("from uuid import uuid4", "import uuid"),
        ("import asyncio", "import asyncio"),
        ("import threading", "import threading"),
        ("import locale", "import locale"),
        ("import importlib.metadata", "import importlib"),
        ("t = datetime.now(UTC)", ".now()"),
        ("t = datetime.datetime.utcnow()", ".utcnow()"),
        ("t = date.today()", ".today()"),
        ("t = moment.timestamp()", ".timestamp()"),
        ("t = datetime.fromtimestamp(x, UTC)", ".fromtimestamp()"),
        ("t = (a - b).total_seconds()", ".total_seconds()"),
        ("x = math.sqrt(a)", "math.sqrt"),
        ("from math import log", "math.log"),
        ("for x in {1, 2}: pass", "for over a set"),
        ("for x in set(a): pass", "for over a set"),
        ("for x in frozenset(a) - b: pass", "for over a set"),
        ("s = set(a)\nfor x in s: pass", "for over a set"),
        ("s = set(a)\nr = s | t\nfor x in r: pass", "for over a set"),
        ("def f(s: set[str]) -> None:\n    for x in s: pass", "for over a set"),
        ("def f() -> None:\n    s: frozenset[int] = g()\n    for x in s: pass", "for over a set"),
        ("x = [a for a in {1, 2}]", "comprehension over a set"),
        ("x = {a: 1 for a in set(b)}", "comprehension over a set"),
        ("x = list({1, 2})", "list() of a set"),
        ("x = tuple(set(a))", "tuple() of a set"),
        ("x = next(iter(set(a)))", "iter() of a set"),
        ("x = [*{1, 2}]", "* of a set"),
        ("x = ','.join({a, b})", ".join() of a set"),
        ("x = dict.fromkeys(set(a))", ".fromkeys() of a set"),
        ("s = set(a)\nx = s.pop()", ".pop() of a set"),
        ("x = list(set(a).union(b))", "list() of a set"),
        ("async def f():\n    for x in {1, 2}: pass", "for over a set"),
        ("x = a ** -1", "**"),
        ("x = a ** b", "**"),
        ("x **= -2", "**"),
        ("x = pow(a, -1)", "pow()"),
        ("x = pow(a, exp=b)", "pow()"),
        ("x = float.fromhex(a)", "float"),
        ("x = list(map(float, a))", "float"),
        ("f = float", "float"),
        ("x = sorted(a, key=float)", "float"),
        ("x = complex(a)", "complex"),
        ("x = operator.truediv(a, b)", ".truediv"),
        ("from operator import truediv", "operator.truediv"),
        ("from operator import truediv as over", "operator.truediv"),
        ("x = reduce(operator.pow, a)", ".pow"),
        ("x = a.__truediv__(b)", ".__truediv__"),
        ("x = int.__rtruediv__(a, b)", ".__rtruediv__"),
        ("x = int.__pow__(a, b)", ".__pow__"),
        ("x = a.__float__()", ".__float__"),
        ("x = a.__round__(2)", ".__round__"),
        ("x = getattr(a, '__truediv__')(b)", ".__truediv__"),
        ("x = f'{a:.2f}'", "format .2f"),
        ("x = f'{a:{w}.1f}'", "format .1f"),
        ("x = f'{a:.1%}'", "format .1%"),
        ("x = f'{a:e}'", "format e"),
        ("x = '{:.2f}'.format(a)", "format .2f"),
        ("x = format(a, '.3g')", "format .3g"),
        ("x = a.__format__('.3g')", "format .3g"),
        ("x = '%.2f' % a", "format %.2f"),
        ("x = 'at %d: %5.1e' % (a, b)", "format %5.1e"),
        ("import decimal", "import decimal"),
        ("for k in a.keys() & b: pass", "for over a set"),
        ("x = list(a.keys() - b.keys())", "list() of a set"),
        ("x = [k for k in b | a.keys()]", "comprehension over a set"),
        ("for k, v in a.items() ^ b.items(): pass", "for over a set"),
        ("class C:\n    s: set[str]\n    def f(self):\n        return [*self.s]", "* of a set"),
        (
            "class C:\n    def __init__(self):\n        self.s = {1}\n    def f(self):\n        return tuple(self.s)",
            "tuple() of a set",
        ),
        ("class C:\n    s: frozenset[str] | None\nx = tuple(floor.c.s)", "tuple() of a set"),
        ("def f() -> set[str]:\n    return g()\nx = tuple(f())", "tuple() of a set"),
        ("def f() -> 'frozenset[str]':\n    return g()\nx = tuple(f())", "tuple() of a set"),
        ("S: Final = {1, 2}\ndef f():\n    return tuple(S)", "tuple() of a set"),
        ("S: Final[frozenset[str]] = g()\ndef f():\n    return list(S)", "list() of a set"),
        ("a, b = set(c), 1\nx = list(a)", "list() of a set"),
        ("if (s := set(a)):\n    x = list(s)", "list() of a set"),
        ("a, b = {c, d}", "a set taken apart"),
        ("x = min(set(a), key=f)", "min() of a set by a key"),
        ("x = sorted(set(a), key=f)", "sorted() of a set by a key"),
        ("x = max((b for b in set(a)), key=f)", "comprehension over a set"),
        ("x = str({a, b})", "str() of a set"),
        ("x = f'{set(a)}'", "text of a set"),
        ("x = itertools.chain({a, b}, c)", "chain() of a set"),
        ("x = chain.from_iterable({a, b})", ".from_iterable() of a set"),
        ("def f():\n    yield from {1, 2}", "yield from a set"),
        ("class C:\n    def f(self):\n        return self.a / 2", "/"),
        ("import operator as op\nx = op.truediv(a, b)", ".truediv"),
        ("import operator as op\nx = reduce(op.pow, a)", ".pow"),
        ("from operator import *", "operator.*"),
        ("from _operator import truediv", "operator.truediv"),
        ("import math as m\nx = m.sqrt(a)", "math.sqrt"),
        ("import math\nm = math\nx = m.sqrt(a)", "math.sqrt"),
        ("import math\nx = getattr(math, 'sqrt')(a)", "math.sqrt"),
        ("import random as r\nx = r.choice(a)", "import random"),
        ("from time import time as t", "import time"),
        ("x = sorted(a, key=hash)", "hash()"),
        ("x = sorted(a, key=id)", "id()"),
        ("x = list(map(round, a))", "round()"),
        ("r = round\nx = r(a)", "round()"),
        ("class C:\n    id: str\n    def f(self, a):\n        return sorted(a, key=id)", "id()"),
        ("x = pow(2, -1, None)", "pow()"),
        ("x = pow(2, -1, mod=None)", "pow()"),
        ("x = pow(*a)", "pow()"),
        ("p = pow\nx = p(2, -1)", "pow()"),
        ("from datetime import datetime\nn = datetime.now\nx = n()", ".now()"),
        ("from datetime import datetime as dt\nx = map(dt.now, zones)", ".now()"),
        ("import datetime as d\nt = d.date.today", ".today()"),
        ("x = map(timedelta.total_seconds, a)", ".total_seconds()"),
        ("x = getattr(datetime, 'now')()", ".now"),
        ("F = '{:.2f}'\nx = F.format(a)", "format .2f"),
        (
            "class C:\n    F = '{:.2f}'\n    def f(self, a):\n        return self.F.format(a)",
            "format .2f",
        ),
        ("F = {'zh': '{:.2f}'}\nx = F['zh'].format(a)", "format .2f"),
        ("x = '{a:.2f}'.format_map(b)", "format .2f"),
        ("x = list(map('{:.2f}'.format, a))", "format .2f"),
        ("x = str.format('{:.2f}', a)", "format .2f"),
        ("F = '%.2f'\nx = F % a", "format %.2f"),
        ("S = '.2f'\nx = f'{a:{S}}'", "format .2f"),
        ("S = '.2f'\nx = format(a, S)", "format .2f"),
        (
            "class C:\n    s = {1}\n    def f(self):\n        return tuple(self.s)",
            "tuple() of a set",
        ),
        ("class C:\n    s = {1}\n    def f(self, out):\n        out += self.s", "+= of a set"),
        ("class C:\n    s = {1}\n    def f(self):\n        return '%s' % self.s", "text of a set"),
        ("x = '%s %s' % (a, {b, c})", "text of a set"),
        ("x = '{}'.format({a, b})", "format() of a set"),
        ("x = '{a}'.format(a={b, c})", "format() of a set"),
        ("x = ascii({a, b})", "ascii() of a set"),
        ("def f():\n    return {1}\nx = list(f())", "list() of a set"),
        ("def f():\n    s = {1}\n    return s\nx = list(f())", "list() of a set"),
        ("def f():\n    return {1}\ndef g():\n    return f()\nx = list(g())", "list() of a set"),
        ("f = lambda: {1}\nx = list(f())", "list() of a set"),
        ("d: dict[str, set[str]] = g()\nfor x in d['a']: pass", "for over a set"),
        ("d: dict[str, set[str]] = g()\nx = list(d.get('a'))", "list() of a set"),
        (
            "def f(d: Mapping[str, frozenset[str]]):\n    for s in d.values():\n        yield from s",
            "yield from a set",
        ),
        (
            "def f(d: dict[str, set[str]]):\n    return [x for k, s in d.items() for x in s]",
            "comprehension over a set",
        ),
        (
            "class C:\n    d: dict[str, set[str]]\n    def f(self):\n        return [*self.d['a']]",
            "* of a set",
        ),
        ("d = defaultdict(set)\nx = tuple(d[1])", "tuple() of a set"),
        ("d = {1: {2, 3}}\nx = tuple(d[1])", "tuple() of a set"),
        (
            "def f() -> dict[str, set[str]]:\n    return g()\nx = tuple(f()['a'])",
            "tuple() of a set",
        ),
        # Lists of sets: written out, annotated, filled, cut, walked and handed on.
        ("r = [{1}, {2}]\nx = tuple(r[0])", "tuple() of a set"),
        ("r = [{1}, {2}]\nfor s in r:\n    for x in s: pass", "for over a set"),
        ("r = ({1, 2}, {3})\nfor s in r:\n    yield_ = list(s)", "list() of a set"),
        ("x = [b for s in [set(a) for a in c] for b in s]", "comprehension over a set"),
        ("def f(r: list[set[str]]):\n    return [*r[-1]]", "* of a set"),
        ("def f(r: Sequence[frozenset[str]]):\n    return [*max(r, key=len)]", "* of a set"),
        (
            "def f(r: tuple[set[str], ...]):\n    return [x for s in r for x in s]",
            "comprehension over a set",
        ),
        (
            "def f(r: list[set[str]]):\n    for i, s in enumerate(r):\n        yield from s",
            "yield from a set",
        ),
        (
            "def f(r: list[set[str]], t):\n    for a, s in zip(t, r):\n        yield from s",
            "yield from a set",
        ),
        ("r = []\nr.append({1, 2})\nfor s in r:\n    x = list(s)", "list() of a set"),
        ("r = []\nr.extend([{1, 2}])\nx = list(r.pop())", "list() of a set"),
        ("r = [set()] * 3\nx = list(r[0])", "list() of a set"),
        ("r = [{1}] + a\nx = list(r[1:][0])", "list() of a set"),
        ("r = [{1}, {2}]\nx = list(next(iter(r)))", "list() of a set"),
        ("r = [{1}, {2}]\nx = list(map(list, r))", "map() of sets"),
        ("r = [{1}, {2}]\nx = list(chain.from_iterable(r))", "from_iterable() of sets"),
        ("r = [{1}, {2}]\nx = list(chain(*r))", "chain() of sets"),
        ("r = [{1}, {2}]\nx = f'{r}'", "text of a set"),
        ("r = [{1}, {2}]\nx = str(r)", "str() of a set"),
        ("d = {}\nd[1] = {2, 3}\nx = tuple(d[1])", "tuple() of a set"),
        ("d = {}\nx = list(d.setdefault(1, set()))", "list() of a set"),
        (
            "def f(d: dict[str, set[str]]):\n    return [x for s in list(d.values()) for x in s]",
            "comprehension over a set",
        ),
        ("def f():\n    return [{1}]\nx = tuple(f()[0])", "tuple() of a set"),
        (
            "class C:\n    def g(self):\n        self.r.append({1})\n    def f(self):\n        return [*self.r[0]]",
            "* of a set",
        ),
        # Sets that come in without an annotation: handed over, by default, or from elsewhere.
        ("def f(s):\n    return tuple(s)\nx = f({1, 2})", "tuple() of a set"),
        ("def f(a, *, s):\n    return tuple(s)\nx = f(1, s=set(b))", "tuple() of a set"),
        ("def f(s: Iterable[str]):\n    return ','.join(s)\nx = f(set(b))", ".join() of a set"),
        ("def f(s=frozenset()):\n    return [*s]", "* of a set"),
        ("def f(s):\n    return g(s)\ndef g(t):\n    return [*t]\nx = f({1})", "* of a set"),
        ("def f(r):\n    return [*r[0]]\nx = f([{1}])", "* of a set"),
        ("f = lambda s: tuple(s)\ng = f({1})", "tuple() of a set"),
        (
            "class C:\n    def f(self, s):\n        return list(s)\n    def g(self):\n        return self.f({1})",
            "list() of a set",
        ),
        (
            "class C:\n    def __init__(self, s):\n        self.s = s\n    def f(self):\n        return [*self.s]\nc = C({1})",
            "* of a set",
        ),
        (
            "class C:\n    s: Collection[str]\n    def f(self):\n        return [*self.s]\nc = C(s=set(a))",
            "* of a set",
        ),
        ("def g(c):\n    c.s, c.n = {1}, 2\ndef f(c):\n    return [*c.s]", "* of a set"),
        ("def g(c):\n    c.s |= {1}\ndef f(c):\n    return [*c.s]", "* of a set"),
        ("def g(c):\n    return replace(c, s={1})\ndef f(c):\n    return [*c.s]", "* of a set"),
        ("def g(c):\n    setattr(c, 's', {1})\ndef f(c):\n    return [*c.s]", "* of a set"),
    ],
)
def test_bad_line_is_found(source: str, what: str) -> None:
    assert what in [fault.what for fault in faults(source)]


@pytest.mark.parametrize(
    "source",
    [
        "x = 7 // 2",
        "x = Fraction(1, 3)",
        "x = math.isqrt(a) + math.gcd(a, b)",
        "from math import gcd",
        "from datetime import UTC, datetime, timedelta\nx = datetime(1970, 1, 1, tzinfo=UTC)",
        "x = isinstance(a, float)",
        "for x in sorted({1, 2}): pass",
        "s = set(a)\nx = sorted(b for b in s if b)",
        "s = set(a)\nx = any(b.bad for b in s)",
        "s = set(a)\nx = {b for b in s}",
        "x = a in {1, 2}",
        "x = len({1, 2}) + max({1, 2})",
        "s = [1, 2]\nfor x in s: pass",
        "def f():\n    s = {1}\n    return 1 in s\ndef g(s):\n    for x in s: pass",
        "x = 10 ** 4 + a ** 2",
        "x = pow(a, -1, p) + pow(a, 2)",
        "from operator import itemgetter",
        "def f(a: float) -> None:\n    raise TypeError",
        "x = type(a) is float",
        "match a:\n    case float():\n        raise TypeError",
        "x = f'{a:,} {b:02d} {c:x} {d:>5} {e!r:10}'",
        "x = '%s %d %%f' % (a, b)",
        "x = '{:d} {}'.format(a, b)",
        "for k in a.keys(): pass",
        "x = a in b.keys() & c",
        "x = sorted(a.keys() & b)",
        "def f() -> list[str]:\n    return g()\nx = tuple(f())",
        "S = {1}\ndef f(S):\n    return tuple(S)",
        "a, b = c",
        "x = a | b",
        "d: dict[str, set[str]] = g()\nfor x in d: pass",
        "d: dict[str, set[str]] = g()\nfor x in sorted(d['a']): pass",
        "d: dict[str, list[str]] = g()\nfor x in d['a']: pass",
        "class C:\n    s = [1]\n    def f(self, out):\n        out += self.s",
        "s = {1}\ns |= {2}\nx = a % b",
        "def f(round):\n    return round, act.now",
        "now = act.now\nx = step.today",
        "x = pow(a, 2, mod=None) + pow(a, exp=2)",
        "import operator as op\nx = sorted(a, key=op.itemgetter(1))",
        "import math as m\nx = m.isqrt(a)",
        "F = '{:d} {'\nx = F.format(a)",
        "x = a - b\nfor y in x: pass",
        "r = [{1}, {2}]\nfor s in r: pass",
        "r = [{1}, {2}]\nx = [sorted(s) for s in r] + [len(r[0])]",
        "r = [{1}, {2}]\nx = list(map(sorted, r)) + list(r[1:])",
        "def f(r: tuple[str, set[str]]):\n    return list(r[0])",
        "def f(r: list[set[str]], t):\n    return [list(a) for a, s in zip(t, r)]",
        "r = []\nr.append([1])\nfor s in r:\n    x = list(s)",
        "d = {}\nd[1] = [2, 3]\nx = tuple(d[1])",
        "x = sorted(b for s in [{1}, {2}] for b in s)",
        "def f(s):\n    return tuple(s)\nx = f([1, 2])\ny = h({1})",
        "def f(a, s):\n    return tuple(a)\nx = f([1], {2})",
        "def f(s):\n    return sorted(s)\nx = f({1})",
        "def f(s: tuple[str, ...]):\n    return list(s)\nx = f({1})",
        "def f(s=()):\n    return [*s]",
        "class C:\n    def __init__(self, s):\n        self.s = sorted(s)\n    def f(self):\n        return [*self.s]\nc = C({1})",
        "def g(c):\n    c.s, c.n = [1], {2}\ndef f(c):\n    return [*c.s]",
    ],
)
def test_good_line_is_left_alone(source: str) -> None:
    assert faults(source) == []


def test_fault_names_its_line() -> None:
    assert [fault.line for fault in faults("a = 1\n\nb = a / 2\nc = 0.5\n")] == [3, 4]


PACKAGE = {
    "__init__.py": "",
    "floor.py": "class Seats:\n    taken: frozenset[str]\nCITIES = {'a', 'b'}\n",
    "rule.py": "def ranking(floor):\n    return tuple(floor.seats.taken)\n",
    "towns.py": "from odd_rule.floor import CITIES\nNAMES = [*CITIES]\n",
    "deep/price.py": "def half(a):\n    return a / 2\n",
}
FOUND = [
    "odd_rule/deep/price.py:2: /: true division makes a float: use //, or Fraction(a, b)",
    "odd_rule/rule.py:2: tuple() of a set: the order of a set is chance: sorted() first",
    "odd_rule/towns.py:2: * of a set: the order of a set is chance: sorted() first",
]


@pytest.fixture
def package(tmp_path, monkeypatch):
    for name, text in PACKAGE.items():
        path = tmp_path / "odd_rule" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("package")
def test_a_package_is_held_to_it_with_what_its_modules_tell_each_other():
    assert inexact("odd_rule") == FOUND


@pytest.mark.usefixtures("package")
def test_one_module_may_be_asked_about():
    assert inexact("odd_rule.floor") == []


@pytest.mark.usefixtures("package")
def test_what_is_allowed_is_spared_and_must_be_needed():
    spared = {"odd_rule/deep/price.py": {"/": "a share of nothing"}}
    assert inexact("odd_rule", allowed=spared) == FOUND[1:]
    needless = {"odd_rule/rule.py": {"/": "no reason"}, "odd_rule/gone.py": {}}
    assert inexact("odd_rule", allowed=needless) == [
        *FOUND[:2],
        "odd_rule/rule.py: / is allowed and not said",
        *FOUND[2:],
        "odd_rule/gone.py is allowed something and does not exist",
    ]


@pytest.mark.usefixtures("package")
def test_the_command(capsys):
    assert main(["odd_rule"]) == 1
    assert capsys.readouterr().out.splitlines() == FOUND
    assert main(["odd_rule.floor"]) == 0
    assert capsys.readouterr().out == ""


def test_a_package_that_is_not_there(capsys):
    with pytest.raises(UnknownPackage):
        inexact("no_such_rule")
    assert main(["no_such_rule.terms"]) == 2
    assert "no_such_rule" in capsys.readouterr().err
    assert main([]) == 2
    assert "PACKAGE" in capsys.readouterr().err
