"""Papers in a folder: whole or not there, under what is in them, and no more than there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidding.adapters.papers import FilePapers
from bidding.engine.papers import NoRoom, media_of

# SHA-256 of "abc", FIPS 180-2 appendix B.1.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


async def test_what_is_put_comes_back_under_its_hash(tmp_path: Path) -> None:
    papers = FilePapers(tmp_path / "papers")
    assert await papers.put(b"abc") == ABC
    assert await papers.put(b"abc") == ABC
    assert await papers.get(ABC[:32]) == b"abc"
    assert [file.name for file in (tmp_path / "papers").iterdir()] == [ABC[:32]]


@pytest.mark.parametrize("name", ["", "0" * 32, ABC, "../key", ABC[:32].upper()])
async def test_nothing_else_is_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "key").write_bytes(b"secret")
    papers = FilePapers(tmp_path / "papers")
    await papers.put(b"abc")
    assert await papers.get(name) is None


async def test_a_file_that_was_changed_is_no_longer_that_paper(tmp_path: Path) -> None:
    papers = FilePapers(tmp_path)
    await papers.put(b"abc")
    (tmp_path / ABC[:32]).write_bytes(b"abd")
    assert await papers.get(ABC[:32]) is None


async def test_there_is_so_much_room_and_no_more(tmp_path: Path) -> None:
    papers = FilePapers(tmp_path / "papers", room=5)
    await papers.put(b"abc")
    with pytest.raises(NoRoom):
        await papers.put(b"def")
    assert await papers.put(b"abc") == ABC
    await papers.put(b"de")
    assert len(list((tmp_path / "papers").iterdir())) == 2


async def test_a_folder_that_cannot_be_made_is_no_room(tmp_path: Path) -> None:
    (tmp_path / "papers").write_bytes(b"")
    with pytest.raises(NoRoom):
        await FilePapers(tmp_path / "papers").put(b"abc")


@pytest.mark.parametrize(
    ("start", "media"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"<html>", None),
        (b"PK\x03\x04", None),
        (b" %PDF-1.7", None),
        (b"", None),
    ],
)
def test_the_first_bytes_say_what_it_is(start: bytes, media: str | None) -> None:
    assert media_of(start) == media
