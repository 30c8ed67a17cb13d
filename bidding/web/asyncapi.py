"""The stream's description, AsyncAPI 3.0, built from the wire models."""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bidding.version import VERSION
from bidding.web import wire

_REF: Final = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The whole description. `receive` and `send` are the server's view, as AsyncAPI 3 asks."""
    both = [
        *((m, "validation") for m in wire.CLIENT_MESSAGES),
        *((m, "serialization") for m in wire.SERVER_MESSAGES),
    ]
    schemas, definitions = models_json_schema(both, ref_template=_REF)  # type: ignore[arg-type]
    messages = {m.__name__: _message(m, schemas[(m, mode)]) for m, mode in both}  # type: ignore[index]
    at = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Daylight 阳光竞价: stream",
            "version": VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "stream": {
                "address": "/api/v1/stream",
                "messages": at,
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "receive": {
                "action": "receive",
                "channel": {"$ref": "#/channels/stream"},
                "messages": [
                    {"$ref": f"#/channels/stream/messages/{m.__name__}"}
                    for m in wire.CLIENT_MESSAGES
                ],
            },
            "send": {
                "action": "send",
                "channel": {"$ref": "#/channels/stream"},
                "messages": [
                    {"$ref": f"#/channels/stream/messages/{m.__name__}"}
                    for m in wire.SERVER_MESSAGES
                ],
            },
        },
        "components": {"messages": messages, "schemas": definitions["$defs"]},
        "x-close-codes": {str(code): why for code, why in wire.CLOSE.items()},
    }


def _message(model: type[BaseModel], schema: Any) -> dict[str, Any]:
    kind = model.model_fields["type"].annotation
    return {
        "name": kind.__args__[0],  # type: ignore[union-attr]
        "title": model.__name__,
        "summary": " ".join((model.__doc__ or "").split()),
        "payload": schema,
    }


_DESCRIPTION: Final = f"""\
JSON text frames, at most {wire.MAX_FRAME} bytes from the client, one auction a connection. The first frame is
hello. Numbers are integers. Every bid and confirm is answered once: accepted or refused, which are final
and stand in the log; or retry or error, which are not. A client that breaks off sends hello with its cursors
and gets every event it missed, or one snapshot, and sends its unanswered bids again with the same ref."""
