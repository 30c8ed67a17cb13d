"""One key, made once, readable by the house alone; a name of its own for each log."""

import stat

import pytest

from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.proof.note import NoteError, open_note

LOG = "bid.example.cn/log/zs-1"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "signing.key"


def test_the_key_is_made_once_and_is_private(path):
    note = FileKeys(path).signer(LOG).sign("text\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = FileKeys(path).signer(LOG)
    assert again.sign("text\n") == note
    assert open_note(note, [again.verifier]).text == b"text\n"
    # Nothing is left of the way it was made.
    assert [p.name for p in path.parent.iterdir()] == ["signing.key"]


def test_each_log_has_a_verifier_of_its_own(path):
    keys = FileKeys(path)
    a, b = keys.signer(LOG), keys.signer(LOG + "-b")
    assert a.verifier.public == b.verifier.public
    assert a.verifier.key_id != b.verifier.key_id
    with pytest.raises(NoteError):
        open_note(a.sign("text\n"), [b.verifier])


def test_two_centres_have_two_keys(tmp_path):
    one, two = FileKeys(tmp_path / "a").signer(LOG), FileKeys(tmp_path / "b").signer(LOG)
    assert one.verifier.public != two.verifier.public


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_not_used(path, mode):
    FileKeys(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="read by others"):
        FileKeys(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "daylight-signing-key/v1\n",
        "daylight-signing-key/v1\nAAAA\n",
        "daylight-signing-key/v1\n!!!!\n",
        "daylight-signing-key/v2\n" + "A" * 43 + "=\n",
        "密钥\n",
    ],
)
def test_a_damaged_key_is_refused_and_left_alone(path, text):
    FileKeys(path)
    path.write_text(text, "utf-8")
    with pytest.raises(KeyFileError, match="not a signing key"):
        FileKeys(path)
    assert path.read_text("utf-8") == text


def test_a_lost_key_is_not_replaced(path):
    with pytest.raises(KeyFileError, match="restore it") as lost:
        FileKeys(path, create=False)
    assert "恢复" in lost.value.zh
    assert not path.parent.exists()
    made = FileKeys(path).signer(LOG).verifier
    assert FileKeys(path, create=False).signer(LOG).verifier == made


def test_a_key_where_no_file_can_be_is_an_error_of_the_key(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(KeyFileError, match="cannot be used"):
        FileKeys(tmp_path / "file" / "signing.key")


def test_of_two_first_starts_the_second_uses_the_key_of_the_first(path, monkeypatch):
    """Both find no file; only one link can win."""
    first = FileKeys(path).signer(LOG).verifier
    monkeypatch.setattr(type(path), "exists", lambda _: False)
    assert FileKeys(path).signer(LOG).verifier == first
    assert [p.name for p in path.parent.iterdir()] == ["signing.key"]
