"""Log lines: one JSON object a line on standard error, for whatever collects them."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def log_plainly() -> None:
    """One JSON object a line on standard error, ours and the libraries'.

    No personal data: a field that is logged is a code, a pattern or a count, never what a
    person sent.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # aiohttp repeats the first bytes of a bad request in its errors.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    # alembic tells at length how it prepares itself; what it did to a book is told by the book.
    for chatty in ("websockets", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
