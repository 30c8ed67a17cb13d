"""A trustee's one-time key: made once, never written over, and the one that opens."""

from pathlib import Path

import pytest

from bidding.proof.escrow import key_fault, publics_of
from bidding.proof.text import from_base64
from replay.__main__ import main


def public_in(said: str) -> bytes:
    return from_base64(said.splitlines()[0].rpartition(" ")[2].rpartition("：")[2])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_pair_is_made_once_and_shown_again(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "zs-2026-0012.key"
    assert main(["trustee-key", str(file), "--lang", lang]) == 0
    first = capsys.readouterr().out
    raw = file.read_bytes()
    private = from_base64(raw.decode().strip())
    assert public_in(first) == publics_of(private)
    assert key_fault(publics_of(private)) is None
    assert file.stat().st_mode & 0o777 == 0o600
    assert raw.decode().strip() not in first
    assert main(["trustee-key", str(file), "--lang", lang]) == 0
    assert (capsys.readouterr().out, file.read_bytes()) == (first, raw)


def test_two_pairs_differ(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["trustee-key", str(tmp_path / name)]) == 0
    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("content", ["", "AAAA", "not a key", "é"])
def test_a_file_that_holds_no_key_is_left_alone(content: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(content, encoding="utf-8")
    assert main(["trustee-key", str(file)]) == 2
    assert file.read_text(encoding="utf-8") == content


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert main(["trustee-key", str(tmp_path / "no" / "key")]) == 2
