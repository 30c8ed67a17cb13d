import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Cosigner, Signer
from bidding.proof.policy import PolicyError, parse_policy, policy_text
from tests.proof import sample
from tests.proof.sample import ENTRIES, LOG, NOTARY, OFFICE, ORIGIN, POLICY

TREE = Tree.from_leaves(map(leaf_hash, ENTRIES))
OFFICE_NAME, NOTARY_NAME = OFFICE.verifier.name, NOTARY.verifier.name
BOTH = (OFFICE.verifier, NOTARY.verifier)


def note(*cosigners, signer=LOG):
    return sample.checkpoint(TREE, 9, *cosigners, signer=signer)


@pytest.mark.parametrize(
    ("quorum", "enough", "short"),
    [
        ("none", [()], []),
        ("any", [(OFFICE,), (NOTARY,), (OFFICE, NOTARY)], [()]),
        ("all", [(OFFICE, NOTARY)], [(), (OFFICE,), (NOTARY,)]),
        ("2", [(OFFICE, NOTARY)], [(OFFICE,)]),
        (NOTARY_NAME, [(NOTARY,), (OFFICE, NOTARY)], [(), (OFFICE,)]),
    ],
)
def test_a_written_policy_asks_for_its_quorum(quorum, enough, short):
    policy = parse_policy(policy_text(LOG.verifier, BOTH, quorum))
    for cosigners in enough:
        checked = policy.open_checkpoint(note(*cosigners), ORIGIN)
        assert checked.checkpoint == Checkpoint(ORIGIN, 9, TREE.root())
        assert checked.witnesses == tuple(one.verifier.name for one in cosigners)
    for cosigners in short:
        with pytest.raises(PolicyError, match="not enough witnesses"):
            policy.open_checkpoint(note(*cosigners), ORIGIN)
        assert policy.open_checkpoint(note(*cosigners), ORIGIN, quorum=False).checkpoint.size == 9


def test_a_shortage_says_who_signed_and_who_is_missing_in_both_languages():
    policy = parse_policy(policy_text(LOG.verifier, BOTH, "all"))
    with pytest.raises(PolicyError) as told:
        policy.open_checkpoint(note(OFFICE), ORIGIN)
    assert told.value.en.endswith(f"signed by {OFFICE_NAME}; missing {NOTARY_NAME}")
    assert told.value.zh.endswith(f"已有 {OFFICE_NAME}；缺 {NOTARY_NAME}")


def test_only_the_log_itself_can_vouch_for_its_checkpoint():
    policy = parse_policy(POLICY)
    body = Checkpoint(ORIGIN, 9, TREE.root()).body()
    witnesses_only = body + b"\n" + OFFICE.cosign(body, 1) + NOTARY.cosign(body, 1)
    with pytest.raises(PolicyError, match="not signed by its log"):
        policy.open_checkpoint(witnesses_only, ORIGIN)
    stranger = Signer(ORIGIN, sample.seed("stranger"))
    with pytest.raises(PolicyError, match="not signed by its log"):
        policy.open_checkpoint(note(OFFICE, NOTARY, signer=stranger), ORIGIN)


def test_another_log_of_the_policy_cannot_vouch_either():
    other = Signer("bid.example.cn/log/other", sample.seed("other"))
    policy = parse_policy(f"log {other.verifier.vkey}\n{POLICY}")
    assert policy.open_checkpoint(note(OFFICE)).checkpoint.origin == ORIGIN
    with pytest.raises(PolicyError, match="no signature by a known key"):
        policy.open_checkpoint(other.sign(Checkpoint(ORIGIN, 9, TREE.root()).body()), ORIGIN)
    with pytest.raises(PolicyError, match="is of the log"):
        policy.open_checkpoint(note(OFFICE), other.verifier.name)
    with pytest.raises(PolicyError, match="knows no log"):
        parse_policy("quorum none\n").open_checkpoint(note(OFFICE))


def test_a_rotated_key_of_the_same_log_is_one_more_line():
    new = Signer(ORIGIN, sample.seed("log, second key"))
    policy = parse_policy(f"log {new.verifier.vkey}\n{POLICY}")
    assert policy.open_checkpoint(note(OFFICE, signer=new), ORIGIN).checkpoint.size == 9
    assert policy.open_checkpoint(note(OFFICE), ORIGIN).checkpoint.size == 9


@given(st.binary(max_size=120))
def test_any_bytes_are_no_checkpoint(raw):
    policy = parse_policy(POLICY)
    for one in (raw, note(OFFICE)[:60] + raw, ORIGIN.encode() + b"\n" + raw):
        with pytest.raises(PolicyError):
            policy.open_checkpoint(one)


def test_a_signed_text_that_is_no_checkpoint_is_refused():
    with pytest.raises(PolicyError):
        parse_policy(POLICY).open_checkpoint(LOG.sign(ORIGIN + "\nnot a size\n"))


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_a_refusal(text):
    try:
        policy = parse_policy(text + "\n")
    except PolicyError:
        return
    assert policy.quorum == "none"


def test_a_refusal_names_the_line():
    with pytest.raises(PolicyError) as told:
        parse_policy(POLICY + "quorum none\n")
    assert told.value.en == "policy, line 6: a second quorum"
    assert told.value.zh.startswith("信任策略第 6 行有误")


@pytest.mark.parametrize("quorum", ["3", "0", "-1", "nobody", "all 1"])
def test_policies_that_cannot_be_written(quorum):
    with pytest.raises(PolicyError):
        policy_text(LOG.verifier, BOTH, quorum)


def test_a_log_key_is_no_witness_and_a_witness_key_no_log():
    with pytest.raises(PolicyError, match="type 4 or 6"):
        policy_text(LOG.verifier, [Signer("w", sample.seed("w")).verifier])
    with pytest.raises(PolicyError, match="type 1 or 6"):
        policy_text(OFFICE.verifier)
    with pytest.raises(PolicyError, match="listed already"):
        policy_text(
            LOG.verifier, [OFFICE.verifier, Cosigner("two", sample.seed("office")).verifier]
        )


def test_whoever_owns_the_log_is_not_his_own_witness():
    own = Cosigner("office.example.cn/witness", sample.seed("log")).verifier
    assert own.public == LOG.verifier.public
    with pytest.raises(PolicyError, match="line 2: the log's own key cannot be a witness") as told:
        policy_text(LOG.verifier, [own], "all")
    assert told.value.zh == "信任策略第 2 行有误：日志自己的公钥不能充当见证人"
    with pytest.raises(PolicyError, match="line 2: the log's own key"):
        parse_policy(f"witness w {own.vkey}\nlog {LOG.verifier.vkey}\nquorum w\n")


def test_names_are_octets_not_unicode():
    kelvin = (
        f"witness K {OFFICE.verifier.vkey}\nwitness \u212a {NOTARY.verifier.vkey}\nquorum \u212a\n"
    )
    assert parse_policy(kelvin).satisfied(["\u212a"])
    assert not parse_policy(kelvin).satisfied(["K"])
    octets = b"# \xff\nwitness \xff " + OFFICE.verifier.vkey.encode() + b"\nquorum \xff\n"
    assert parse_policy(octets.decode(errors="surrogateescape")).satisfied(["\udcff"])
