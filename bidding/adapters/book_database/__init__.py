"""What a book of the house is kept in: one SQLite file, or one schema of a PostgreSQL database.

A book says what its tables are and what is asked of them; where they lie, that a call is one whole
transaction, and how an older store comes forward is said here, once for both databases:

1. Every call is one transaction, in a task of its own that nobody cancels half-way.
2. On SQLite a transaction holds the file from its first statement, over the one connection of the
   process, so that nothing is read that another then changes. On PostgreSQL any number of nodes
   write at once: what must be so once has a unique key, and what is read in order to be changed is
   locked (`FOR UPDATE`); SERIALIZABLE is no part of the argument (RELIABILITY section 1.2).
3. A store of an older program is brought forward when it is opened, whole or not at all; one of a
   newer program is refused. There is no way back: who wants to go back has a backup.

It knows no table. The event log is not kept so: it has a journal, a fence and a writer of its own.

    database   opening, transactions, what an error means
    forward    the migrations (alembic), and which of them a store has had
    migrations one folder a book; numbers only grow, and a released migration is never edited
"""

from bidding.adapters.book_database.database import (
    BIG,
    BookBroken,
    BookDatabase,
    insert_on,
    put_once,
)
from bidding.adapters.book_database.forward import newest

__all__ = ["BIG", "BookBroken", "BookDatabase", "insert_on", "newest", "put_once"]
