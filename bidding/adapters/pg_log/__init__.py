"""The event log on PostgreSQL: one record for any number of nodes, durable on two machines.

It implements `bidding.engine.ports.EventLog` through SQLAlchemy over asyncpg. The database is
where the laws of the log are kept, not this package:

1. The house's role may read and may call functions; it may not write a table. The functions run
   as the schema's owner (SECURITY DEFINER), and triggers refuse UPDATE, DELETE and TRUNCATE
   even to him.
2. An append locks the writer's row and compares epoch and index before it writes: a take-over
   waits for an append on its way, and a fenced writer finds out at its next one.
3. An append is never cancelled. A client that cancels a commit which waits for its synchronous
   standby gets a local commit that no second machine has (RELIABILITY section 0, finding 2).
   Whoever waits too long is told that nobody knows, and the append goes on.
4. The warning with which PostgreSQL says that it stopped waiting for the standby (01000) is the
   same as not knowing, though the statement "succeeded".

    log      the port: connections, patience, and what an error means
    leases   who is present among several nodes, and who should write which log
    schema   who owns it and who may do what; tables.sql, functions.sql, nodes.sql
"""

from bidding.adapters.pg_log.leases import PgLeases
from bidding.adapters.pg_log.log import PgLog

__all__ = ["PgLeases", "PgLog"]
