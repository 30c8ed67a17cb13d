"""One text names a centre's witnesses; each log's policy is made from it."""

import pytest

from bidding.proof.policy import PolicyError, parse_policy
from bidding.proof.witness_policy import NOBODY, parse_witnesses
from tests.proof.sample import LOG, NOTARY, OFFICE, ORIGIN

TEXT = f"""\
# who watches
witness office {OFFICE.verifier.vkey} https://office.example.cn/
witness\tnotary {NOTARY.verifier.vkey} http://10.0.0.7:8400/daylight

group both all office notary
quorum both
"""


def test_witnesses_have_names_keys_and_addresses():
    found = parse_witnesses(TEXT)
    assert dict(found.keys) == {"office": OFFICE.verifier, "notary": NOTARY.verifier}
    assert dict(found.urls) == {
        "office": "https://office.example.cn",
        "notary": "http://10.0.0.7:8400/daylight",
    }
    assert (found.quorum, found.demands) == ("both", True)


def test_the_policy_of_a_log_names_its_key_and_no_addresses():
    found = parse_witnesses(TEXT)
    assert found.text(LOG.verifier) == (
        f"log {LOG.verifier.vkey}\n"
        f"witness office {OFFICE.verifier.vkey}\n"
        f"witness notary {NOTARY.verifier.vkey}\n"
        "group both all office notary\n"
        "quorum both\n"
    )
    policy = found.policy(LOG.verifier)
    assert [log.name for log in policy.logs] == [ORIGIN]
    assert policy.satisfied({"office", "notary"})
    assert not policy.satisfied({"office"})


def test_a_house_without_witnesses_says_so():
    assert NOBODY.text(LOG.verifier) == f"log {LOG.verifier.vkey}\nquorum none\n"
    assert not NOBODY.demands
    assert parse_policy(NOBODY.text(LOG.verifier)).satisfied(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum both\n",
        TEXT.replace("quorum both\n", ""),
        TEXT + f"log {LOG.verifier.vkey}\n",
        TEXT.replace(" https://office.example.cn/", ""),
        TEXT.replace("https://", "ftp://"),
        TEXT.replace(OFFICE.verifier.vkey, LOG.verifier.vkey),
        TEXT.replace("both all", "both 3"),
    ],
)
def test_what_is_no_list_of_witnesses_is_refused(text):
    with pytest.raises(PolicyError):
        parse_witnesses(text)


def test_the_last_line_may_lack_its_end():
    assert parse_witnesses(TEXT.rstrip("\n")) == parse_witnesses(TEXT)
