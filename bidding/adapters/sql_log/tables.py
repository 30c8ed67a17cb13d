"""The rows of the log, and the one append that writes them. Plain values in, rows out."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BLOB,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    insert,
    select,
    text,
    update,
)

from bidding.adapters.sql_log.triggers import COSIGNED_TRIGGERS, TRIGGERS
from bidding.engine.ports import (
    BODY_MAX,
    BODY_MIN,
    Batch,
    Fenced,
    Gap,
    LogBroken,
)
from bidding.proof.merkle import leaf_hash

#: Raised with every change of the tables; another schema is refused, not guessed at.
SCHEMA_VERSION: Final = 2

_tables = MetaData()

LOG: Final = Table(
    "log",
    _tables,
    Column("log_id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

#: Who may write, and where: the only rows of a log that ever change.
WRITER: Final = Table(
    "log_writer",
    _tables,
    Column("log_id", ForeignKey("log.log_id"), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("next_idx", Integer, nullable=False),
    Column("holder", Text, nullable=False),
)

ENTRY: Final = Table(
    "log_entry",
    _tables,
    Column("log_id", ForeignKey("log.log_id"), primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("body", BLOB, nullable=False),
    Column("leaf_hash", BLOB, nullable=False),
    Column("cmd", Text),
    CheckConstraint(f"typeof(body) = 'blob' AND length(body) BETWEEN {BODY_MIN} AND {BODY_MAX}"),
    CheckConstraint("typeof(leaf_hash) = 'blob' AND length(leaf_hash) = 32"),
)
Index(
    "log_entry_cmd",
    ENTRY.c.log_id,
    ENTRY.c.cmd,
    unique=True,
    sqlite_where=ENTRY.c.cmd.is_not(None),
)

CHECKPOINT: Final = Table(
    "log_checkpoint",
    _tables,
    Column("log_id", ForeignKey("log.log_id"), primary_key=True),
    Column("size", Integer, primary_key=True),
    Column("note", BLOB, nullable=False),
)

#: Checkpoints as their witnesses signed them. Beside `log_checkpoint`, never instead of it: a house
#: without witnesses is whole without this table.
COSIGNED: Final = Table(
    "log_cosigned",
    _tables,
    Column("cosigned_id", Integer, primary_key=True),
    Column("log_id", ForeignKey("log.log_id"), nullable=False),
    Column("size", Integer, nullable=False),
    Column("note", BLOB, nullable=False),
)
Index("log_cosigned_size", COSIGNED.c.log_id, COSIGNED.c.size)

#: One row: when the house was last known to be up. No part of any record.
BEAT: Final = Table(
    "house_beat",
    _tables,
    Column("beat_id", Integer, CheckConstraint("beat_id = 1"), primary_key=True),
    Column("t", Integer, nullable=False),
)

# Compiled once: the append is the one sequence of statements whose cost every bidder feels.
_CLAIM = (
    update(WRITER)
    .where(
        WRITER.c.log_id == bindparam("log"),
        WRITER.c.epoch == bindparam("mine"),
        WRITER.c.next_idx == bindparam("expected"),
    )
    .values(next_idx=bindparam("size"))
)
_WRITE_ENTRY = insert(ENTRY)
_WRITE_CHECKPOINT = insert(CHECKPOINT)


def make_tables(connection: Connection) -> None:
    """Creates what is missing in a new file or in an older one; LogBroken on another schema."""
    with connection.begin():
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version == SCHEMA_VERSION:
            return
        if version == 0:
            _tables.create_all(connection)
            triggers = (*TRIGGERS, *COSIGNED_TRIGGERS)
        elif version == 1:  # a house that knew no witnesses; nothing it wrote is touched
            _tables.create_all(connection, tables=[COSIGNED])
            triggers = COSIGNED_TRIGGERS
        else:
            raise LogBroken(f"schema {version}; this house knows {SCHEMA_VERSION}")
        for trigger in triggers:
            connection.execute(text(trigger))
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def append(connection: Connection, log_id: int, batch: Batch) -> None:
    """Claims the indexes and writes entries and checkpoint. Raises Fenced, Gap."""
    size = batch.size
    claim = {"log": log_id, "mine": batch.epoch, "expected": batch.expected, "size": size}
    if connection.execute(_CLAIM, claim).rowcount != 1:
        where = WRITER.c.log_id == log_id
        row = connection.execute(select(WRITER.c.epoch, WRITER.c.next_idx).where(where)).one()
        if row.epoch != batch.epoch:
            raise Fenced(f"{batch.log}: epoch {batch.epoch} may not write, {row.epoch} may")
        raise Gap(f"{batch.log}: {row.next_idx} is next, not {batch.expected}")
    rows = [
        {
            "log_id": log_id,
            "idx": batch.expected + offset,
            "epoch": batch.epoch,
            "body": body,
            "leaf_hash": leaf_hash(body),
            "cmd": cmd,
        }
        for offset, (body, cmd) in enumerate(zip(batch.bodies, batch.cmds, strict=True))
    ]
    connection.execute(_WRITE_ENTRY, rows)
    note = {"log_id": log_id, "size": size, "note": batch.checkpoint}
    connection.execute(_WRITE_CHECKPOINT, note)
