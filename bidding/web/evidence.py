"""A bidder's papers in one file: all his receipts, or a complaint with everything it rests on.

Pure: bytes in, a ZIP out; the same content makes the same file, so that its hash can be
acknowledged (bidding.proof.acknowledgement). A receipt holds the entry itself with the bidder's own signature in it, so a request
that he signed is evidence without anybody's word for it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
MOST_RECEIPTS: Final = 2_000

READ_ME: Final = """\
回执 receipts/*.tlog-proof ：每份是一条记录的原文和证明，由中心签名。
信任策略 *.policy ：中心与见证人的公钥。
无需联网即可核验：打开核验页面拖入文件，或运行 python -m replay receipt 文件 --policy 策略文件。

receipts/*.tlog-proof: each is the text of one entry and its proof, signed by the centre.
*.policy: the public keys of the centre and its witnesses.
To verify without the centre: drag the files into the verification page, or run
python -m replay receipt FILE --policy POLICY.
"""


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files, in the order of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as whole:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            whole.writestr(info, files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


__all__ = ["MOST_RECEIPTS", "READ_ME", "packed"]
