"""Every file of the golden set is refused at the place it names, here as in the browser."""

from base64 import b64decode

import pytest

from bidding.proof.archive import ArchiveError, verify_archive
from bidding.proof.policy import PolicyError, parse_policy
from tests.proof.refusals import document
from tests.shared import own

GOLDEN = own("refusals")
POLICY = parse_policy(GOLDEN["policy"])


def test_the_golden_set_is_what_the_sample_makes() -> None:
    assert document() == GOLDEN


@pytest.mark.parametrize("case", GOLDEN["archives"], ids=lambda case: case["name"])
def test_refused_at_its_place(case: dict[str, str]) -> None:
    with pytest.raises((ArchiveError, PolicyError)) as refused:
        verify_archive(b64decode(case["file"]), POLICY)
    where = refused.value.where if isinstance(refused.value, ArchiveError) else "policy"
    assert where == case["where"]


@pytest.mark.parametrize("case", GOLDEN["bidders"], ids=lambda case: case["name"])
def test_what_the_log_signed_is_the_log_s_all_the_same(case: dict[str, str]) -> None:
    # A bidder's own signature is no matter of the tree: rejudge and the browser look at it.
    assert verify_archive(b64decode(case["file"]), POLICY).entries


def test_good_signatures_hold() -> None:
    assert len(verify_archive(b64decode(GOLDEN["good"]), POLICY).entries) == 2
