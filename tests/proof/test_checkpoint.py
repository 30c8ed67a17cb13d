import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.checkpoint import Checkpoint, CheckpointError, parse_body
from bidding.proof.merkle import EMPTY_ROOT
from bidding.proof.text import MAX_INT64, to_base64

ROOT = b"\x07" * 32
ROOT64 = to_base64(ROOT)


@given(
    st.from_regex(r"[a-z0-9./ -]{1,30}", fullmatch=True),
    st.integers(1, MAX_INT64),
    st.binary(min_size=32, max_size=32),
    st.lists(st.from_regex(r"[a-z ]{1,9}", fullmatch=True)),
)
def test_a_body_comes_back(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_body(checkpoint.body()) == checkpoint


def test_the_body_is_three_lines():
    assert Checkpoint("bid.example/1", 5, ROOT).body() == f"bid.example/1\n5\n{ROOT64}\n".encode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        f"o\n1\n{ROOT64}",
        f"o\n1\n{ROOT64}\n\n",
        f"o\n1\n{ROOT64}\n\nx\n",
        f"\n1\n{ROOT64}\n",
        f"o\n01\n{ROOT64}\n",
        f"o\n+1\n{ROOT64}\n",
        f"o\n１\n{ROOT64}\n",
        f"o\n{2**63}\n{ROOT64}\n",
        f"o\n1\r\n{ROOT64}\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{ROOT64[:-1]}\n",
        f"o\n0\n{ROOT64}\n",
        "o\n1\n",
    ],
)
def test_any_other_spelling_is_refused(body):
    with pytest.raises(CheckpointError):
        parse_body(body.encode())


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(CheckpointError):
        parse_body(b"\xff\n1\n" + ROOT64.encode() + b"\n")


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, ROOT),
        ("a\nb", 1, ROOT),
        ("o", -1, ROOT),
        ("o", 1, b""),
        ("o", 0, ROOT),
        ("o", 2**63, ROOT),
    ],
)
def test_what_cannot_be_written_is_not_made(origin, size, root):
    with pytest.raises(CheckpointError):
        Checkpoint(origin, size, root)
    assert Checkpoint("o", 0, EMPTY_ROOT).size == 0
