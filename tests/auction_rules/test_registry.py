"""Which rules there are: built-in, plugged in, and never one under another's name."""

import hashlib
import importlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from auction_rules import registry

FAR, ENGLISH = registry.BUILT_IN[:2]
HOUSE = Path(registry.__file__).parent


@pytest.fixture
def plugged(monkeypatch):
    """A way to pretend that a distribution declares rules."""

    def plug(*named):
        points = [
            SimpleNamespace(name=name, value=f"elsewhere:{name}", load=lambda rule=rule: rule)
            for name, rule in named
        ]
        declared = {registry.GROUP: points}
        monkeypatch.setattr(registry, "entry_points", lambda group: declared[group])
        registry.rules.cache_clear()

    yield plug
    monkeypatch.undo()
    registry.rules.cache_clear()


def test_the_built_in_rules_are_found():
    assert registry.find("english") is ENGLISH
    assert registry.find("far_adjustment", "1") is FAR
    assert set(registry.BUILT_IN) <= set(registry.rules())


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("judicial", {}),
        ("property_rights", {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "EARLIER"}),
        ("reverse_procurement", {"preference_basis_points": 600}),
    ],
)
def test_a_place_among_prior_rights_means_something_under_few_terms(name, terms):
    rule = registry.find(name)
    assert rule.priorities(rule.Config.model_validate({**rule.example, **terms}))
    plain = {each.name for each in registry.BUILT_IN if each.priorities(_example(each))}
    assert plain == {"judicial"}


def _example(rule):
    return rule.Config.model_validate(rule.example)


@pytest.mark.parametrize(("name", "version"), [("english", "2"), ("barter", None)])
def test_a_rule_that_is_not_installed_is_named(name, version):
    with pytest.raises(registry.UnknownRule, match=name):
        registry.find(name, version)


def test_a_plug_in_is_found_beside_the_built_in_rules(plugged):
    mine = SimpleNamespace(name="mine", version="1")
    plugged(("mine", mine))
    assert registry.find("mine") is mine
    assert registry.find("english") is ENGLISH


def test_a_plug_in_may_not_take_a_built_in_name_and_version(plugged):
    plugged(("thief", SimpleNamespace(name="english", version="1")))
    with pytest.raises(ValueError, match="redefines english@1"):
        registry.rules()


def test_versions_stand_side_by_side_and_the_old_one_keeps_its_meaning(plugged):
    newer = SimpleNamespace(name="english", version="2")
    plugged(("newer", newer))
    assert registry.find("english", "1") is ENGLISH
    assert registry.find("english", "2") is newer
    assert registry.find("english") is newer


def test_the_newest_version_is_the_greatest_number_not_the_last_in_a_list(plugged):
    ten, nine = (SimpleNamespace(name="mine", version=v) for v in ("1.10", "1.9"))
    plugged(("a", ten), ("b", nine))
    assert registry.find("mine") is ten


def test_the_source_hash_of_a_plug_in_covers_the_stages_that_it_plays_on(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("class Mine:\n    pass\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    rule = importlib.import_module("mine").Mine()
    first = registry.source_sha256(rule)
    own = registry._package_sha256
    other = {"auction_rules": "another stage"}
    monkeypatch.setattr(registry, "_package_sha256", lambda name: other.get(name) or own(name))
    assert registry.source_sha256(rule) != first


def test_the_source_hash_of_a_built_in_rule_covers_the_whole_game():
    digest = hashlib.sha256()
    for path in sorted(HOUSE.rglob("*.py")):
        digest.update(f"{path.relative_to(HOUSE).as_posix()}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    for rule in registry.BUILT_IN:
        assert registry.source_sha256(rule) == digest.hexdigest()
