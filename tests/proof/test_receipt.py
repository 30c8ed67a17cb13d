import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.canon import encode
from bidding.proof.merkle import Tree, leaf_hash, node_hash
from bidding.proof.policy import PolicyError, parse_policy, policy_text
from bidding.proof.receipt import Receipt, ReceiptError, parse_receipt, verify_receipt
from tests.proof import sample
from tests.proof.sample import ENTRIES, LOG, NOTARY, OFFICE
from tests.shared import own

POLICY = parse_policy(sample.POLICY)
TREE = Tree.from_leaves(map(leaf_hash, ENTRIES))
RAW = sample.receipt(3)


@pytest.mark.parametrize("index", range(9))
def test_every_entry_has_a_receipt_that_suffices(index):
    receipt = verify_receipt(sample.receipt(index), POLICY)
    assert (receipt.entry, receipt.index) == (ENTRIES[index], index)
    assert parse_receipt(receipt.encode()) == receipt


def test_golden_receipts_still_verify():
    golden = own("session")
    assert golden == sample.session_vectors()
    for index, text in golden["receipts"].items():
        receipt = verify_receipt(text.encode(), parse_policy(golden["policy"]))
        assert receipt.entry == ENTRIES[int(index)]


def test_every_flipped_bit_is_refused_or_stays_within_one_witness_line():
    first_witness = RAW.index("— witness".encode())
    for position in range(len(RAW)):
        altered = bytearray(RAW)
        altered[position] ^= 1
        try:
            receipt = verify_receipt(bytes(altered), POLICY)
        except (ReceiptError, PolicyError):
            continue
        assert position >= first_witness
        assert receipt.entry == ENTRIES[3]


def test_every_truncation_is_refused_or_loses_only_witnesses():
    log_line = RAW.index("— witness".encode())
    for length in range(len(RAW)):
        with pytest.raises((ReceiptError, PolicyError)):
            verify_receipt(RAW[: min(length, log_line)], POLICY)


def test_another_entry_another_index_another_path_are_refused():
    good = parse_receipt(RAW)
    altered = [
        Receipt(ENTRIES[4], 3, good.proof, good.checkpoint),
        Receipt(ENTRIES[3], 4, good.proof, good.checkpoint),
        Receipt(ENTRIES[4], 4, good.proof, good.checkpoint),
        Receipt(ENTRIES[3], 3, good.proof[:-1], good.checkpoint),
        Receipt(ENTRIES[3], 3, (*good.proof, good.proof[0]), good.checkpoint),
        Receipt(ENTRIES[3], 3, good.proof, sample.checkpoint(TREE, 4, OFFICE)),
    ]
    for receipt in altered:
        with pytest.raises(ReceiptError, match="not entry"):
            verify_receipt(receipt.encode(), POLICY)


def test_the_centre_alone_is_not_a_quorum():
    alone = sample.checkpoint(TREE, 9)
    receipt = Receipt(ENTRIES[3], 3, tuple(TREE.inclusion(3)), alone).encode()
    with pytest.raises(PolicyError, match="not enough witnesses"):
        verify_receipt(receipt, POLICY)
    assert verify_receipt(receipt, parse_policy(policy_text(LOG.verifier))).index == 3


def test_an_inner_node_cannot_pass_for_an_entry():
    """The path of two leaves' parent fits a smaller tree; the signed size does not."""
    inner = node_hash(leaf_hash(ENTRIES[0]), leaf_hash(ENTRIES[1]))
    path = tuple(TREE.inclusion(0)[1:])
    note = sample.checkpoint(TREE, 9, OFFICE)
    for entry in (inner, ENTRIES[0]):
        with pytest.raises(ReceiptError):
            verify_receipt(Receipt(entry, 0, path, note).encode(), POLICY)


def test_a_receipt_without_its_entry_needs_the_bytes():
    bare = Receipt(b"", 3, tuple(TREE.inclusion(3)), sample.checkpoint(TREE, 9, NOTARY)).encode()
    assert b"extra" not in bare
    assert verify_receipt(bare, POLICY, entry=ENTRIES[3]).entry == ENTRIES[3]
    assert verify_receipt(RAW, POLICY, entry=ENTRIES[3]).entry == ENTRIES[3]
    for raw, entry in (
        (bare, None),
        (bare, b""),
        (bare, ENTRIES[4]),
        (RAW, ENTRIES[4]),
        (RAW, b""),
    ):
        with pytest.raises(ReceiptError):
            verify_receipt(raw, POLICY, entry=entry)


@pytest.mark.parametrize(
    ("entry", "en"),
    [
        (sample.entry(0, i=1), "has i = 1, but 0"),
        (sample.entry(0, log="bid.example.cn/log/other"), "has log ="),
        (sample.entry(0, v=2), "has v = 2, but 1"),
        (sample.entry(0, v=True), "has v = True, but 1"),
        (sample.entry(0, t=-1), "has no time"),
        (sample.entry(0, t="now"), "has no time"),
        (encode([1]), "is not a JSON object"),
        (b'{"v":1, "a":1}', "is not canonical JSON"),
        (b"x", "has 1 bytes"),
        (encode({"a": "x" * 65_530}), "has 65538 bytes"),
    ],
)
def test_an_entry_that_was_logged_wrongly_is_told(entry, en):
    tree = Tree.from_leaves([leaf_hash(entry)])
    receipt = Receipt(entry, 0, (), sample.checkpoint(tree, 1, OFFICE)).encode()
    with pytest.raises(ReceiptError, match=f"the entry {en}") as told:
        verify_receipt(receipt, POLICY)
    assert told.value.zh.startswith("该记录")


HEAD = b"c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        HEAD,
        HEAD + b"index 0\n\n",
        HEAD + b"\ncheckpoint\n",
        HEAD + b"extra \nindex 0\n\ncheckpoint\n",
        HEAD + b"extra e30\nindex 0\n\ncheckpoint\n",
        HEAD + b"index 0\nextra e30=\n\ncheckpoint\n",
        HEAD + b"index 00\n\ncheckpoint\n",
        HEAD + b"index 0 \n\ncheckpoint\n",
        HEAD + "index ０\n\ncheckpoint\n".encode(),
        HEAD + b"index 0\nAAAA\n\ncheckpoint\n",
        HEAD + b"index 0\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\nx\n",
        b"\n" + HEAD + b"index 0\n\ncheckpoint\n",
    ],
)
def test_malformed_receipts(raw):
    with pytest.raises(ReceiptError) as told:
        parse_receipt(raw)
    assert told.value.zh.startswith("不是有效的回执文件")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_receipt_or_a_refusal(raw):
    for one in (raw, HEAD + raw, HEAD + b"index 0\n" + raw):
        with pytest.raises((ReceiptError, PolicyError)):
            verify_receipt(one, POLICY)
