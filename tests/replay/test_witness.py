"""A witness as whoever is independent runs it: one process, one file, and it never forgets."""

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from urllib.parse import urlsplit

import pytest

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Cosigner, Signer, Verifier, open_note
from bidding.proof.witness import MAX_REQUEST, Submission, Trust, cosignature
from replay.witness import Witness, run
from replay.witness_memory import Closing, Memory, NoMemory, make_memory
from tests.doors.witness_process import WitnessProcess

CENTRE = "bid.example.cn/log"
SEED = sha256(b"centre").digest()
NAME = "witness.example.cn/office"
TREE = Tree.from_leaves(leaf_hash(b"%d" % index) for index in range(40))
FORK = Tree.from_leaves(leaf_hash(b"%d" % (index + (index > 2))) for index in range(40))


def body(old, size, tree=TREE, *, session="zs-1", seed=SEED):
    origin = f"{CENTRE}/{session}"
    checkpoint = Checkpoint(origin, size, tree.root(size))
    proof = tuple(tree.consistency(old, size)) if 0 < old <= size else ()
    note = Signer(origin, seed).sign(checkpoint.body())
    return Submission(old, proof, note, checkpoint).encode()


@pytest.fixture
def witness(tmp_path):
    made = WitnessProcess(tmp_path / "w", NAME, centres=[Signer(CENTRE, SEED).verifier.vkey])
    made.start()
    yield made
    made.stop()


def test_a_session_is_witnessed_as_it_grows_and_a_fork_is_not(witness):
    key = Verifier.parse(witness.vkey)
    for old, size in ((0, 3), (3, 8), (8, 8)):
        asked = body(old, size)
        status, _, lines = witness.ask(asked)
        assert status == 200, lines
        note = asked.partition(b"\n\n")[2]
        opened = open_note(note + cosignature(note, lines, key), [key])
        assert opened.text.startswith(f"{CENTRE}/zs-1\n{size}\n".encode())
    assert witness.ask(body(3, 9)) == (409, "text/x.tlog.size", b"8\n")
    assert witness.ask(body(8, 8, FORK)) == (409, "text/x.tlog.size", b"8\n")
    assert witness.ask(body(8, 20, FORK))[0] == 422
    assert witness.ask(body(0, 1, session="a/b"))[0] == 404
    assert witness.ask(body(0, 1, session="zs-2", seed=bytes(32)))[0] == 403
    assert witness.ask(b"hello")[0] == 400
    # What the log's own key signed and cannot be explained stays there for whoever asks.
    kept = sorted(path.read_bytes() for path in (witness.folder / "state/suspect").iterdir())
    assert len(kept) == 2
    assert all(TREE.root(8) != FORK.root(8) and b"shown later:" in one for one in kept)
    assert witness.ask(body(8, 9))[0] == 200


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_remembers(witness, end):
    assert witness.ask(body(0, 5))[0] == 200
    assert witness.ask(body(0, 7, session="zs-2"))[0] == 200
    getattr(witness, end)()
    witness.start()
    assert witness.ask(body(0, 20, FORK)) == (409, "text/x.tlog.size", b"5\n")
    assert witness.ask(body(5, 20, FORK))[0] == 422
    assert witness.ask(body(7, 20, session="zs-2"))[0] == 200
    assert witness.ask(body(5, 6))[0] == 200


def test_it_stops_when_it_is_told_to_though_a_line_is_open(witness):
    line = http.client.HTTPConnection(urlsplit(witness.url).netloc, timeout=60)
    line.request("GET", "/")
    answer = line.getresponse()
    assert answer.read().decode().strip() == witness.vkey
    # The line stays open and says nothing more.
    assert witness.stop() == 0
    line.close()


def test_of_many_at_once_one_history_is_signed(witness):
    # Each pair asks for the same size of two histories, all at the same moment.
    asked = [body(0, size, tree) for size in range(1, 21) for tree in (TREE, FORK)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [status for status, _, _ in pool.map(witness.ask, asked)]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /add-checkpoint HTTP/1.1\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n" % (MAX_REQUEST + 1), 413),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %s\r\n" % (b"9" * 5000), 413),
        (b"POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n", 404),
        (b"GET /state HTTP/1.1\r\n", 404),
        (b"PUT / HTTP/1.1\r\n", 501),
    ],
)
def test_what_is_no_request_ends_the_line(witness, head, status):
    host, _, port = urlsplit(witness.url).netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(head + b"Host: w\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 %d " % status)


GOOD = 'listen = "127.0.0.1:0"\nname = "w"\nkey = "witness.key"\nstate = "state"\n'


def made(folder):
    folder.mkdir(exist_ok=True)
    (folder / "witness.toml").write_text(GOOD)
    assert run(folder / "witness.toml", new_key=True) == 0
    return folder / "witness.toml"


def test_a_key_is_made_once_and_a_state_belongs_to_its_key(tmp_path, capsys):
    one, other = made(tmp_path / "one"), made(tmp_path / "two")
    assert run(one, new_key=True) == 2
    assert "not overwritten" in capsys.readouterr().err
    (one.parent / "witness.key").write_bytes((other.parent / "witness.key").read_bytes())
    assert run(one, new_key=False) == 2
    assert "belongs to another key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "witness.key").unlink(), "cannot be used"),
        (lambda folder: (folder / "witness.key").chmod(0o640), "mode 0600"),
        (lambda folder: (folder / "witness.key").write_text("x\n"), "no key of a witness"),
        (lambda folder: (folder / "state/witness.vkey").unlink(), "must not use its key again"),
        (lambda folder: (folder / "state/ab.checkpoint").write_text("x\n"), "is damaged"),
        (lambda folder: (folder / "witness.toml").unlink(), "cannot be read"),
    ],
)
def test_what_is_wrong_with_its_files_is_said_in_both_languages(tmp_path, capsys, spoil, says):
    file = made(tmp_path)
    capsys.readouterr()
    spoil(tmp_path)
    assert run(file, new_key=False) == 2
    told = capsys.readouterr()
    chinese, english = told.err.strip().split("\n")
    assert told.out == ""
    assert says in english
    assert any("一" <= character <= "鿿" for character in chinese)


@pytest.mark.parametrize(
    "text",
    [
        "listen = 8400",
        GOOD.replace(":0", ""),
        GOOD.replace(":0", ":70000"),
        GOOD.replace('"w"', '""'),
        GOOD.replace("key =", "keys ="),
        GOOD + "log = []",
        GOOD + 'logs = ["w+00000000+AQ=="]',
        GOOD + "centres = [1]",
        GOOD + "centres = ",
    ],
)
def test_a_configuration_is_read_strictly(tmp_path, capsys, text):
    file = made(tmp_path)
    file.write_text(text)
    assert run(file, new_key=False) == 2
    assert "witness.toml" in capsys.readouterr().err


# Inside one process --------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    cosigner = Cosigner(NAME, bytes(32))
    make_memory(tmp_path / "state", cosigner.verifier)
    memory = Memory(tmp_path / "state", cosigner.verifier)
    yield cosigner, memory, tmp_path / "state"
    memory.close()


def test_a_second_process_is_kept_out(own):
    cosigner, _, folder = own
    with pytest.raises(NoMemory, match="Another witness process"):
        Memory(folder, cosigner.verifier)


def test_what_cannot_be_written_is_not_signed_and_not_tried_again(own, monkeypatch):
    cosigner, memory, folder = own
    witness = Witness(cosigner, Trust(centres=[Signer(CENTRE, SEED).verifier]), memory)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("replay.witness_memory._write", full)
        assert witness.add_checkpoint(body(0, 5), 1).status == 500
    assert witness.add_checkpoint(body(0, 5, FORK), 2).status == 503
    assert witness.add_checkpoint(body(0, 5, session="zs-2"), 3).status == 200
    assert len(list(folder.glob("*.checkpoint"))) == 1


def test_names_that_strangers_make_up_take_no_place(own):
    cosigner, memory, folder = own
    witness = Witness(cosigner, Trust(centres=[Signer(CENTRE, SEED).verifier]), memory)
    for n in range(50):
        assert witness.add_checkpoint(body(0, 5, session=f"x{n}", seed=bytes(32)), 1).status == 403
        assert witness.add_checkpoint(body(0, 5, session=f"x/{n}"), 1).status == 404
    assert (len(memory._turns), len(memory), len(list(folder.iterdir()))) == (0, 0, 2)


def test_closing_waits_for_whoever_has_a_turn(own):
    _, memory, _ = own
    with memory.turn("a"):
        closing = threading.Thread(target=memory.close)
        closing.start()
        closing.join(0.1)
        assert closing.is_alive()
        with pytest.raises(Closing), memory.turn("b"):
            pass
    closing.join(10)
    assert not closing.is_alive()


def test_a_write_that_a_crash_cut_short_was_never_answered_for(own):
    cosigner, memory, folder = own
    memory.remember(Checkpoint("a", 3, TREE.root(3)))
    memory.close()
    (folder / ".new-whatever").write_bytes(b"half")
    again = Memory(folder, cosigner.verifier)
    with again.turn("a") as latest:
        assert latest == Checkpoint("a", 3, TREE.root(3))
    assert not (folder / ".new-whatever").exists()
    again.close()
