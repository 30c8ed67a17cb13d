"""Proofs beside the logs as files: whole or not at all."""

import pytest

from bidding.adapters.side_files import FolderOfSideFiles
from bidding.engine.ports import SideFilesBroken

LOG = "bid.example.cn/log/zs-1"


async def test_what_is_kept_comes_back_and_is_replaced(tmp_path):
    files = FolderOfSideFiles(tmp_path / "beside")
    assert await files.kept(LOG, "gm") is None
    await files.keep(LOG, "gm", b"first")
    await files.keep(LOG, "gm", b"second")
    await files.keep(LOG, "tsr", b"token")
    assert await files.kept(LOG, "gm") == b"second"
    assert await files.kept(LOG, "tsr") == b"token"
    names = sorted(path.name for path in (tmp_path / "beside").iterdir())
    assert names == ["bid.example.cn~log~zs-1.gm", "bid.example.cn~log~zs-1.tsr"]


async def test_two_logs_never_share_a_file(tmp_path):
    files = FolderOfSideFiles(tmp_path)
    await files.keep("a/b", "gm", b"one")
    await files.keep("a.b", "gm", b"other")
    assert await files.kept("a/b", "gm") == b"one"


async def test_a_folder_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    files = FolderOfSideFiles(tmp_path / "file")
    with pytest.raises(SideFilesBroken):
        await files.keep(LOG, "gm", b"x")
    with pytest.raises(SideFilesBroken):
        await files.kept(LOG, "gm")
