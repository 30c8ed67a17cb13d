"""The code holds the address and nothing else."""

import pytest
import segno

from replay.paper.qr import NoUrl, checked, png, svg


def test_it_is_the_code_of_the_address():
    url = "https://bid.example.cn/verify"
    assert png(url).startswith(b"\x89PNG")
    same = segno.make_qr(url, error="m").svg_inline(
        scale=3, border=4, dark="#000", light="#fff", svgclass="qr"
    )
    assert svg(url) == same
    assert svg(url + "?") != same
    assert "script" not in svg(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a",
        "https://",
        "javascript:alert(1)",
        "https://a b",
        'https://a/"x',
        "https://a/<",
        "https://阳光",
    ],
)
def test_what_cannot_stand_on_paper(url):
    with pytest.raises(NoUrl):
        checked(url)
    with pytest.raises(NoUrl):
        svg(url)
