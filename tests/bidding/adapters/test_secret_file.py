"""The file of the tags' secret: made once, read again, refused when it is not what it says."""

import stat

import pytest

from bidding.adapters.secret_file import GUARANTEES, TAGS, SecretFileError


def test_it_is_made_once_for_the_house_alone(tmp_path):
    path = tmp_path / "new" / "tags.key"
    made = TAGS.kept(path)
    assert len(made) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TAGS.kept(path) == made
    assert list(path.parent.iterdir()) == [path]
    assert TAGS.kept(tmp_path / "other") != made


@pytest.mark.parametrize(
    "text",
    ["", "daylight-tag-secret/v1\n00\n", "daylight-signing-key/v1\n" + "00" * 32, "é"],
)
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "tags.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SecretFileError, match="not a secret of tags") as refused:
        TAGS.kept(path)
    assert str(path) in refused.value.zh
    assert path.read_text() == text, "it is left as it was"


def test_one_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "tags.key"
    TAGS.kept(path)
    path.chmod(0o640)
    with pytest.raises(SecretFileError, match="mode 0600"):
        TAGS.kept(path)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SecretFileError, match="cannot be used"):
        TAGS.kept(tmp_path / "file" / "tags.key")


def test_one_kind_of_secret_is_not_taken_for_another(tmp_path):
    TAGS.kept(tmp_path / "a.key")
    with pytest.raises(SecretFileError, match="not the secret that opens guarantees"):
        GUARANTEES.kept(tmp_path / "a.key")


def test_what_several_nodes_share_is_not_made_by_one_of_them(tmp_path):
    with pytest.raises(SecretFileError, match="--make-key") as refused:
        GUARANTEES.kept(tmp_path / "guarantees.key", create=False)
    assert "--make-key" in refused.value.zh
    assert list(tmp_path.iterdir()) == []
    made = GUARANTEES.kept(tmp_path / "guarantees.key")
    assert GUARANTEES.kept(tmp_path / "guarantees.key", create=False) == made
