"""One request, one entry: decide, write down, move on. Live, replay and scenario use this.

An entry is the object of RFC 8785 bytes described in docs/life-of-a-bid.md; its bytes are
made once, here, and never made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from auction_rules.facts import Instant, fact_to_json
from auction_rules.floor import DrawReveal
from auction_rules.registry import UnknownRule, find
from auction_rules.rule import Refuse, Rule
from auction_rules.values import changed
from bidding.core.commands import Command, Signature, ask_from_json, ask_to_json, kind_of
from bidding.core.decide import Accepted, Decision, decide, due
from bidding.core.document import Document
from bidding.core.state import ENTRY_VERSION, State, evolve
from bidding.core.writable import writable
from bidding.proof import canon
from bidding.version import VERSION

ENGINE: Final = f"daylight {VERSION}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry, its bytes, and the state after it."""

    entry: dict[str, Any]
    body: bytes
    state: State
    decision: Decision


def bind(state: State, rule: Rule) -> State:
    """The state with the rule's validated terms, so that the rule can be asked."""
    return changed(state, terms=rule.Config.model_validate(state.document["terms"]))


def open_session(
    origin: str,
    document: Document,
    now: Instant,
    proposer: str,
    approver: str,
    *,
    python: str = "-",
    policy_sha256: str | None = None,
) -> Recorded:
    """Entry 0 of a session: the whole document, who proposed it and who approved it.

    `python` is the version of the interpreter that runs it live, `policy_sha256` the hex SHA-256
    of the trust policy published with it (whose signatures count): both for the record only. Raises UnknownRule or pydantic's ValidationError; `proposer` and `approver` are actors.
    """
    rule, _ = document.bound()
    entry: dict[str, Any] = {
        "v": ENTRY_VERSION,
        "log": origin,
        "i": 0,
        "t": now,
        "type": "session.opened",
        "tv": 1,
        "actor": approver,
        "data": {
            "document": document.canonical(),
            "sha256": document.sha256,
            "engine": ENGINE,
            "python": python,
            "policy_sha256": policy_sha256,
            "proposer": proposer,
            "approver": approver,
        },
    }
    state = bind(evolve(State(origin), entry), rule)
    facts = rule.open(state.floor(), now)
    entry["data"]["facts"] = [fact_to_json(fact) for fact in facts]
    body = canon.encode(entry)
    return Recorded(entry, body, bind(evolve(State(origin), entry), rule), Accepted(facts))


def record(
    state: State, command: Command, now: Instant, rule: Rule, *, first: int | None = None
) -> Recorded:
    """Decide and write down one request stamped `now`.

    `first` is the index of the entry that used the same reference for something else: the
    request is then refused as REF_REUSED, and its entry carries no idempotency key.
    """
    assert now >= state.t, "a stamp went back"
    command = replace(command, ask=writable(command.ask))
    if first is None:
        decision = decide(state, command, now, rule)
    else:
        decision = Refuse("REF_REUSED", {"first": first})
    accepted = isinstance(decision, Accepted)
    kind = kind_of(command.ask)
    data: dict[str, Any] = {"ask": ask_to_json(command.ask)}
    facts: tuple[Any, ...] = ()
    if isinstance(decision, Accepted):
        facts = decision.facts
        data["facts"] = [fact_to_json(fact) for fact in facts]
    else:
        data["reason"] = decision.reason
        data["detail"] = dict(decision.detail)
        data["nearest"] = list(decision.nearest)
    # What a rule answered is the one part nobody has looked at yet: a float in it would make a
    # record that no verifier accepts, so it breaks here, before anything is written.
    canon.admit(data)
    entry: dict[str, Any] = {
        "v": ENTRY_VERSION,
        "log": state.origin,
        "i": state.index,
        "t": now,
        "type": f"{kind}.{'accepted' if accepted else 'refused'}",
        "tv": 1,
        "actor": command.actor,
        "data": data,
        "ps": state.digest,
    }
    if command.signature is not None:
        data["sig"] = {"key": command.signature.key, "value": command.signature.value}
    if command.tags:
        data["tags"] = dict(command.tags)
    if command.received is not None and command.received < now:
        # Another node's door had it in time, and others were written down meanwhile.
        data["received"] = command.received
    if first is not None:
        entry["by"] = first
    elif command.key is not None:
        entry["cmd"] = command.key
    return Recorded(entry, canon.fast(entry), evolve(state, entry, facts), decision)


def write(
    state: State, command: Command, now: Instant, rule: Rule, *, first: int | None = None
) -> Recorded:
    """`record`, for what is asked live: a secret that is refused is written down as its hash.

    A mistyped secret is nearly the right one, and one shown too early tells too much; the record
    is for everybody. The hash is refused for the same reason, so a replay finds the same decision.
    """
    command = replace(command, ask=writable(command.ask))
    made = record(state, command, now, rule, first=first)
    if isinstance(made.decision, Refuse) and isinstance(command.ask, DrawReveal):
        return record(state, _hidden(command), now, rule, first=first)
    return made


def _hidden(command: Command) -> Command:
    """The command as it is written down when it is refused."""
    if not isinstance(command.ask, DrawReveal):
        return command
    digest = sha256(command.ask.secret.encode()).hexdigest()
    return replace(command, ask=DrawReveal(f"sha256:{digest}"))


def command_of(entry: Mapping[str, Any]) -> Command:
    """The request that an entry answers; ValueError when it holds none."""
    kind, _, outcome = entry["type"].partition(".")
    if outcome not in ("accepted", "refused"):
        raise ValueError(f"entry {entry['i']} holds no request")
    key = entry.get("cmd")
    ref = None if key is None else key[len(entry["actor"]) + 1 :]
    signed = entry["data"].get("sig")
    signature = None if signed is None else Signature(signed["key"], signed["value"])
    tags = tuple(sorted(dict(entry["data"].get("tags", {})).items()))
    received = entry["data"].get("received")
    ask = ask_from_json(kind, entry["data"]["ask"])
    return Command(entry["actor"], ask, ref, signature, tags, received)


def same_request(entry: Mapping[str, Any], command: Command) -> bool:
    """Whether the entry answers this very request, so that a retry gets its answer."""
    kind, _, _ = entry["type"].partition(".")
    command = replace(command, ask=writable(command.ask))
    asked = (ask_to_json(command.ask), ask_to_json(_hidden(command).ask))
    return kind == kind_of(command.ask) and entry["data"]["ask"] in asked


def rule_of(state: State) -> Rule:
    """The installed rule that the session was opened under; UnknownRule names a missing one."""
    return find(state.document["rule"], state.document["version"])


def replay(origin: str, bodies: Iterable[bytes]) -> State:
    """Fold a log. No rule is asked; BadEntry or CanonError where the log cannot be one.

    The state is bound to its rule when that is installed, so that it can go on live.
    """
    state = State(origin)
    for body in bodies:
        entry = canon.decode(body)
        assert isinstance(entry, dict)
        state = evolve(state, entry)
    try:
        return bind(state, rule_of(state)) if state.index else state
    except UnknownRule:
        return state


__all__ = [
    "Recorded",
    "bind",
    "command_of",
    "due",
    "open_session",
    "record",
    "replay",
    "rule_of",
    "same_request",
    "write",
]
