"""The file of the tags' secret: made once, read again, refused when it is not what it says."""

import stat

import pytest

from bidding.adapters.tag_secret import TagSecretError, tag_secret


def test_it_is_made_once_for_the_house_alone(tmp_path):
    path = tmp_path / "new" / "tags.key"
    made = tag_secret(path)
    assert len(made) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tag_secret(path) == made
    assert list(path.parent.iterdir()) == [path]
    assert tag_secret(tmp_path / "other") != made


@pytest.mark.parametrize(
    "text",
    ["", "daylight-tag-secret/v1\n00\n", "daylight-signing-key/v1\n" + "00" * 32, "é"],
)
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "tags.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(TagSecretError, match="not a secret of tags") as refused:
        tag_secret(path)
    assert str(path) in refused.value.zh
    assert path.read_text() == text, "it is left as it was"


def test_one_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "tags.key"
    tag_secret(path)
    path.chmod(0o640)
    with pytest.raises(TagSecretError, match="mode 0600"):
        tag_secret(path)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TagSecretError, match="cannot be used"):
        tag_secret(tmp_path / "file" / "tags.key")
