"""What SQLite itself refuses, whoever asks: the append-only triggers of the log.

They hold for every connection, a database shell's too. They are no defence against somebody
who may drop them; signed checkpoints are.

REPLACE and UPSERT do not pass: a row that is there already refuses the insert before SQLite
gets to resolving the conflict, so no connection setting can switch that off.
"""

from __future__ import annotations

from typing import Final

DUPLICATE: Final = "command is in the log already"


def _never(table: str, verb: str) -> str:
    return f"""
    CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN
      SELECT RAISE(ABORT, '{table} is append-only');
    END"""


TRIGGERS: Final = (
    *(
        _never(table, verb)
        for table in ("log", "log_entry", "log_checkpoint")
        for verb in ("UPDATE", "DELETE")
    ),
    _never("log_writer", "DELETE"),
    """
    CREATE TRIGGER log_once BEFORE INSERT ON log
    WHEN EXISTS (SELECT 1 FROM log WHERE name = NEW.name OR log_id = NEW.log_id) BEGIN
      SELECT RAISE(ABORT, 'this log exists');
    END""",
    """
    CREATE TRIGGER log_writer_once BEFORE INSERT ON log_writer
    WHEN EXISTS (SELECT 1 FROM log_writer WHERE log_id = NEW.log_id) BEGIN
      SELECT RAISE(ABORT, 'this log has a writer');
    END""",
    # Either the writer goes forward in his epoch, or the next epoch begins where he stopped.
    """
    CREATE TRIGGER log_writer_forward BEFORE UPDATE ON log_writer
    WHEN NOT (NEW.log_id = OLD.log_id AND (
      (NEW.epoch = OLD.epoch AND NEW.holder = OLD.holder AND NEW.next_idx > OLD.next_idx)
      OR (NEW.epoch = OLD.epoch + 1 AND NEW.next_idx = OLD.next_idx))) BEGIN
      SELECT RAISE(ABORT, 'epochs and indexes only go forward');
    END""",
    """
    CREATE TRIGGER log_entry_next BEFORE INSERT ON log_entry BEGIN
      SELECT RAISE(ABORT, 'this entry exists') WHERE EXISTS
        (SELECT 1 FROM log_entry WHERE log_id = NEW.log_id AND idx = NEW.idx);
      SELECT RAISE(ABORT, 'command is in the log already') WHERE NEW.cmd IS NOT NULL AND EXISTS
        (SELECT 1 FROM log_entry WHERE log_id = NEW.log_id AND cmd = NEW.cmd);
      SELECT RAISE(ABORT, 'a gap before this entry') WHERE NEW.idx <> 0 AND NOT EXISTS
        (SELECT 1 FROM log_entry WHERE log_id = NEW.log_id AND idx = NEW.idx - 1);
      SELECT RAISE(ABORT, 'not claimed in this epoch') WHERE NOT EXISTS
        (SELECT 1 FROM log_writer
          WHERE log_id = NEW.log_id AND epoch = NEW.epoch AND next_idx > NEW.idx);
      SELECT RAISE(ABORT, 'not the hash of this body') WHERE NEW.leaf_hash <> leaf_hash(NEW.body);
    END""",
    """
    CREATE TRIGGER log_checkpoint_next BEFORE INSERT ON log_checkpoint BEGIN
      SELECT RAISE(ABORT, 'this checkpoint exists') WHERE EXISTS
        (SELECT 1 FROM log_checkpoint WHERE log_id = NEW.log_id AND size >= NEW.size);
      SELECT RAISE(ABORT, 'a checkpoint of entries that are not there') WHERE NOT EXISTS
        (SELECT 1 FROM log_entry WHERE log_id = NEW.log_id AND idx = NEW.size - 1);
    END""",
)

#: Of the second schema: an older file gets only these.
COSIGNED_TRIGGERS: Final = (
    *(_never("log_cosigned", verb) for verb in ("UPDATE", "DELETE")),
    """
    CREATE TRIGGER log_cosigned_once BEFORE INSERT ON log_cosigned BEGIN
      SELECT RAISE(ABORT, 'this row exists') WHERE EXISTS
        (SELECT 1 FROM log_cosigned WHERE cosigned_id = NEW.cosigned_id);
      SELECT RAISE(ABORT, 'no such checkpoint was signed') WHERE NOT EXISTS
        (SELECT 1 FROM log_checkpoint WHERE log_id = NEW.log_id AND size = NEW.size
          AND substr(NEW.note, 1, length(note)) = note);
    END""",
)
