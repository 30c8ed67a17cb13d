"""Wire protocol v1: every message of the stream, as strict models.

One JSON object a text frame. The client sends ten kinds; nothing that is not exactly one of them
reaches an auctioneer. A client never says who it is: that comes from its sign-in, and a field
that tries is an unknown field like any other.

The models of what the server sends are the description for programmers of clients (AsyncAPI) and
the oracle of the tests. They do not run when messages go out: those bytes are encoded once
for everybody by the hub.
"""

from typing import Annotated, Any, Final, Literal, Self

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from auction_rules import floor
from bidding.core import commands as c
from bidding.web import problems, strict_json

VERSION: Final = 1
MAX_FRAME: Final = 4096
#: A message too long gets an answer, not a hang-up; from this many bytes on it is not even read.
UNREAD_FROM: Final = 4 * 1024 * 1024

#: How a connection ends, and why. 1001 is the house closing down; 1009 comes without an error.
CLOSE: Final[dict[int, str]] = {
    1001: "going away",
    1009: "a message of 4 MiB or more",
    4400: "three malformed messages in a row",
    4401: "no hello within five seconds, or not signed in any more",
    4403: "foreign origin, or the csrf token is not this sign-in's",
    4404: "no such auction",
    4503: "its record did not pass the check: nothing is decided there",
    4408: "reading too slowly, or the house is busy; come back with your cursors",
    4409: "signed out or revoked",
    4429: "too many messages or connections",
}

Integer = Annotated[int, Field(ge=-strict_json.MAX_INT, le=strict_json.MAX_INT)]
Whole = Annotated[int, Field(ge=0, le=strict_json.MAX_INT)]
Instant = Annotated[
    int, Field(ge=0, le=strict_json.MAX_INT, description="microseconds since 1970 UTC")
]
Reference = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="chosen by the client; a retry keeps it"),
]
SecretReference = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{16,64}$",
        description="chosen by the client at random: it blinds the entry's hash in others' receipts",
    ),
]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{1,64}$")]
Channel = Annotated[str, Field(pattern=r"^(public|staff|auditor|bidder:[A-Za-z0-9_-]{1,32})$")]


class Message(BaseModel):
    """What all messages from clients share: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Hello(Message):
    """The first message, within five seconds. One auction a connection.

    `csrf` null joins as the public, whoever is signed in. `cursors` are the last event numbers
    seen in each channel; without them the server sends a snapshot.
    """

    type: Literal["hello"]
    v: Literal[1]
    auction: Name
    csrf: Annotated[str, Field(max_length=64)] | None = None
    cursors: Annotated[dict[Channel, Whole], Field(max_length=4)] | None = None


KeyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16}$")]
PublicKey = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9+/]{43,87}={0,2}$",
        description="base64 of 32 bytes (ed25519) or of an uncompressed point, 65 bytes (p256)",
    ),
]
SignatureText = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$", description="base64 of 64 bytes")
]


class Signed(Message):
    """What a bidder may sign with a key he enrolled.

    Signed is the request as the log will hold it: `bidding/command/v1`, a line feed, and the
    RFC 8785 bytes of {actor, ask, kind, log, ref}.
    """

    ref: Reference
    sig: SignatureText | None = None
    key: KeyId | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.sig is None) != (self.key is None):
            raise ValueError("a signature comes with the id of its key")
        return self

    def command(self, actor: str, ask: c.Ask) -> c.Command:
        """The request as this actor's command."""
        signature = None
        if self.sig is not None and self.key is not None:
            signature = c.Signature(self.key, self.sig)
        return c.Command(actor, ask, self.ref, signature)


class Enrol(Signed):
    """A public key of this bidder; the message is signed by that very key."""

    type: Literal["enrol"]
    alg: Literal["ed25519", "p256"]
    public: PublicKey

    def ask(self) -> c.Ask:
        """The request it is."""
        return c.Enrol(self.alg, self.public)


class Bid(Signed):
    """An offer. Answered by exactly one of accepted, refused, retry, error."""

    type: Literal["bid"]
    amount: Integer
    lot: Name | None = None
    quantity: Integer | None = None
    stage: Name | None = None
    slot: Name | None = None

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.Bid(self.amount, self.lot, self.quantity, self.stage, self.slot)


class Confirm(Signed):
    """The answer to a question the rule asked this bidder."""

    type: Literal["confirm"]
    answer: bool

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.Confirm(self.answer)


class Stay(Signed):
    """Yes to the price of the round named, where a clock asks; of so much, of which product."""

    type: Literal["stay"]
    round: Whole
    quantity: Integer | None = None
    slot: Name | None = None

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.Stay(self.round, self.quantity, self.slot)


class Leave(Signed):
    """Out of the clock from the round named on; it cannot be taken back."""

    type: Literal["leave"]
    round: Whole

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.Leave(self.round)


Commitment = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$", description="base64 of 32 bytes")
]
SealedText = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{1,1024}={0,2}$", description="base64")]
SealedShare = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9+/]{107}|[A-Za-z0-9+/]{151})=$",
        description="base64 of enc and ct: 80 bytes of X25519, or 113 of P-256",
    ),
]


class Seal(Signed):
    """An offer sealed where the bidder sits: what a commitment, a box and shares are, the notice says.

    `k` is 0 and `shares` empty where each bidder opens his own.
    """

    type: Literal["seal"]
    commit: Commitment
    box: SealedText
    k: Annotated[int, Field(ge=0, le=15)]
    shares: Annotated[list[SealedShare], Field(max_length=15)]
    lot: Name | None = None

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.SealedBid(self.commit, self.box, self.k, tuple(self.shares), self.lot)


class Reveal(Signed):
    """Opens one's own sealed offer, once opening has begun: by the key of its box, or in a remedy as it was."""

    type: Literal["reveal"]
    secret: Commitment | None = None
    plain: SealedText | None = None

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.Reveal(self.secret, self.plain)


class Proxy(Signed):
    """A secret limit up to which the house bids for this bidder; null takes it away."""

    type: Literal["proxy"]
    ref: SecretReference
    limit: Integer | None

    def ask(self) -> c.Ask:
        """The request it is."""
        return floor.Proxy(self.limit)


class Time(Message):
    """One leg of the clock comparison; `c` comes back untouched."""

    type: Literal["time"]
    c: Integer


Asking = Bid | Seal | Reveal | Confirm | Stay | Leave | Proxy | Enrol
FromClient = Hello | Asking | Time

_KINDS: Final[dict[str, TypeAdapter[Any]]] = {
    "hello": TypeAdapter(Hello),
    "bid": TypeAdapter(Bid),
    "seal": TypeAdapter(Seal),
    "reveal": TypeAdapter(Reveal),
    "confirm": TypeAdapter(Confirm),
    "stay": TypeAdapter(Stay),
    "leave": TypeAdapter(Leave),
    "proxy": TypeAdapter(Proxy),
    "enrol": TypeAdapter(Enrol),
    "time": TypeAdapter(Time),
}


class Malformed(Exception):
    """A frame that is no message of ours. `ref` is set when it could still be read."""

    def __init__(
        self, code: str, fields: list[problems.Field] | None = None, ref: str | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields or []
        self.ref = ref


_REFERENCE: Final = TypeAdapter(Reference)


def decode(raw: bytes) -> FromClient:
    """One frame's bytes as one message. Raises Malformed, and nothing else."""
    if len(raw) > MAX_FRAME:
        raise Malformed("TOO_LONG")
    try:
        value = strict_json.read(raw)
    except strict_json.NotStrict as error:
        raise Malformed(error.code) from None
    if not isinstance(value, dict):
        raise Malformed("UNKNOWN_MESSAGE")
    ref = _readable_ref(value)
    kind = value.get("type")
    adapter = _KINDS.get(kind) if isinstance(kind, str) else None
    if adapter is None:
        raise Malformed("UNKNOWN_MESSAGE", ref=ref)
    try:
        message: FromClient = adapter.validate_python(value)
    except ValidationError as error:
        raise Malformed("BAD_FIELDS", problems.fields_of(error), ref) from None
    return message


def _readable_ref(value: dict[str, Any]) -> str | None:
    try:
        return _REFERENCE.validate_python(value.get("ref"), strict=True)
    except ValidationError:
        return None


# What the server sends -------------------------------------------------------------------------


class Sentence(BaseModel):
    """A sentence for people, in both languages, so that a page switches at once."""

    model_config = ConfigDict(extra="forbid")

    zh: str
    en: str


class FromServer(BaseModel):
    """Clients ignore fields they do not know; new ones may come within version 1."""

    model_config = ConfigDict(extra="allow")


class Welcome(FromServer):
    """The first answer to hello: which channels, and as whom."""

    type: Literal["welcome"]
    v: Literal[1]
    auction: str
    channels: list[Channel]
    role: Literal["public", "bidder", "staff", "auditor"]
    bidder: str | None
    now: Instant
    build: str


class Snapshot(FromServer):
    """All that this channel shows, as of its event `n`. Replaces whatever was known."""

    type: Literal["snapshot"]
    channel: Channel
    n: Whole
    room: dict[str, Any]
    resync: bool = False


class Event(FromServer):
    """One line of a channel; `i` is null while the stage is sealed."""

    n: Whole
    i: Whole | None
    t: Instant
    type: str
    who: str | None
    facts: list[dict[str, Any]]
    text: Sentence


class Events(FromServer):
    """Events `from` to `to` of a channel without a gap; `room` replaces those keys of the room."""

    type: Literal["events"]
    channel: Channel
    first: Whole = Field(alias="from")
    last: Whole = Field(alias="to")
    events: list[Event]
    room: dict[str, Any]


class You(FromServer):
    """A bidder's own panel: replaced whole."""

    type: Literal["you"]
    bidder: str
    lot: str | None
    admitted: bool
    state: str
    sentence: Sentence
    actions: dict[str, Any]


class Proof(FromServer):
    """How far a bidder's own requests are proved: those with an index below `signed` are under
    the centre's signature, those below `witnessed` under a quorum's; null: none is asked for.
    """

    type: Literal["proof"]
    signed: Whole
    witnessed: Whole | None


class Accepted(FromServer):
    """Final: entry `i` of the log says yes."""

    type: Literal["accepted"]
    ref: Reference
    i: Whole
    t: Instant
    facts: list[dict[str, Any]]


class Refused(FromServer):
    """Final: entry `i` of the log says no, why, and what would be allowed."""

    type: Literal["refused"]
    ref: Reference
    i: Whole
    t: Instant
    reason: str
    sentence: Sentence
    clause: Sentence | str | None
    nearest: list[Integer]


class Retry(FromServer):
    """Not final: send it again with the same reference."""

    type: Literal["retry"]
    ref: Reference
    why: Literal["busy", "recovering", "closed_door"]
    sentence: Sentence


class TimeAnswer(FromServer):
    """When the message came in (`r`) and went out again (`s`)."""

    type: Literal["time"]
    c: Integer
    r: Instant
    s: Instant


class Error(FromServer):
    """The message was not understood or not allowed; it never reached the auction."""

    type: Literal["error"]
    code: str
    sentence: Sentence
    ref: str | None
    fields: list[dict[str, Any]] = []


SERVER_MESSAGES: Final[tuple[type[FromServer], ...]] = (
    Welcome,
    Snapshot,
    Events,
    You,
    Proof,
    Accepted,
    Refused,
    Retry,
    TimeAnswer,
    Error,
)
CLIENT_MESSAGES: Final[tuple[type[Message], ...]] = (
    Hello,
    Bid,
    Seal,
    Reveal,
    Confirm,
    Stay,
    Leave,
    Proxy,
    Enrol,
    Time,
)

RETRY_SENTENCES: Final[dict[str, problems.Sentence]] = {
    "busy": {
        "zh": "系统正忙,您的报价尚未处理,将自动重发。",
        "en": "The auction is busy. Your bid is not decided yet.",
    },
    "recovering": {
        "zh": "系统正在恢复,您的报价尚未得到最终答复,将自动重发。",
        "en": "The auction is recovering. There is no final answer to your bid yet.",
    },
    "closed_door": {
        "zh": "系统正在停机,恢复后请用同一编号重发。",
        "en": "The house is going down. Send it again with the same reference.",
    },
}


def error(code: str, ref: str | None = None, fields: list[problems.Field] | None = None) -> bytes:
    """An error message, encoded."""
    body: dict[str, Any] = {
        "type": "error",
        "code": code,
        "sentence": problems.KINDS[code].sentence,
        "ref": ref,
        "fields": [{"path": f.path, "sentence": f.sentence} for f in fields or ()],
    }
    return orjson.dumps(body)


def frame(payload: bytes) -> bytes:
    """One unfragmented, unmasked text frame (RFC 6455 section 5.2), ready for a socket."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((size,)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
