import base64
import hashlib

import pytest

from bidding.engine.identity import Account, commitment


def test_the_commitment_binds_the_person_and_hides_him():
    salt = bytes(range(32))
    person = {"name": "张三", "account": "zhang"}
    canonical = '{"account":"zhang","name":"张三"}'.encode()
    expected = base64.b64encode(hashlib.sha256(salt + canonical).digest()).decode()
    assert commitment(salt, person) == expected
    assert commitment(salt, {**person, "name": "张四"}) != expected
    assert commitment(bytes(32), person) != expected
    with pytest.raises(ValueError):
        commitment(b"short", person)


@pytest.mark.parametrize("name", ["", "a" * 33, "a b", "张三", "a/b", "a\n"])
def test_an_account_is_called_what_may_stand_in_the_log(name):
    with pytest.raises(ValueError):
        Account(name, "x", frozenset(), "v")


@pytest.mark.parametrize("roles", [{"bidder", "staff"}, {"bidder", "auditor"}, {"king"}])
def test_who_bids_does_not_act_for_the_house(roles):
    with pytest.raises(ValueError):
        Account("a", "x", frozenset(roles), "v")
