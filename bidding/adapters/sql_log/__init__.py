"""The event log on SQLite: one file, one writer thread, group commit, readers beside it.

It implements `bidding.engine.ports.EventLog` through SQLAlchemy Core. It is not a cache and
not a queue: a row here is the legal record, and nothing in this package can change one.

1. One process, one read-write connection. SQLite 3.7.0 to 3.51.2 may lose commits when two
   connections write or checkpoint at once (WAL-reset bug), and every Python links one of them:
   a lock file keeps a second process out, readers open the file read-only.
2. synchronous=FULL: a commit that returned survives a power cut (PROOF section 2.1).
3. The thread commits whatever all auctions have asked for since the last commit. Each batch
   stands or falls alone inside that transaction; the commit decides for all of them.
4. Any failure of the store poisons the connection: everybody in the group is told `LogBroken`,
   and the next write opens a fresh one. After a failed fsync the kernel may call dirty pages
   clean, so a fresh connection first copies the journal into the file and syncs that.
5. What an UPDATE, DELETE or REPLACE could do, triggers refuse. They stop accidents; against
   people there are the signed checkpoints.

    log        the port: from the event loop to the threads and back
    writer     the one read-write connection, its group commit, its poisoning
    tables     the rows, and the append
    triggers   what SQLite itself refuses
"""

from bidding.adapters.sql_log.log import SqlLog

__all__ = ["SqlLog"]
