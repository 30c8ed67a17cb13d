"""The published conversation with a witness, in order."""

from collections.abc import Mapping

import pytest

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.note import ED25519, Cosigner, Verifier
from bidding.proof.witness import Trust, add_checkpoint
from tests.shared import vectors

SESSION = vectors("c2sp_witness_session")
LOG = Verifier(SESSION["log_name"], ED25519, bytes.fromhex(SESSION["log_key_hex"]))


@pytest.mark.vectors("c2sp_witness_session")
@pytest.mark.parametrize("last", range(len(SESSION["requests"])))
def test_the_conversation_up_to_request(last):
    witness, trust = Cosigner("example.com/witness", bytes(32)), Trust([LOG])
    memory: Mapping[str, Checkpoint] = {}
    for earlier in SESSION["requests"][:last]:
        _, memory = add_checkpoint(memory, earlier["body"].encode(), trust, witness, 1)
    step = SESSION["requests"][last]
    answer, _ = add_checkpoint(memory, step["body"].encode(), trust, witness, 1)
    body = answer.body.decode()
    assert answer.status == step["spec_status"]
    match step["assert"]:
        case ["contains", words]:
            assert words in body
        case ["==", words]:
            assert body == words
            assert answer.content_type == "text/x.tlog.size"


def test_the_one_difference_from_the_recorded_program_is_the_unknown_log():
    # The program at that commit answered 403 for an unknown origin; the text since then says 404.
    differs = [
        step["assert"][1]
        for step in SESSION["requests"]
        if step["spec_status"] != step["litewitness_status"]
    ]
    assert differs == ["unknown log"]
