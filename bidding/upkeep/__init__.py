"""What an operator does with the data of a house: look at it, copy it, bring it back or forward.

    bidding doctor --data DIR           every log verified, and what to do if one is not
    bidding backup DIR --data DIR       a copy while the house runs, verified
    bidding restore BACKUP --data DIR   a new data folder out of a copy, verified
    bidding migrate --data DIR          log and books brought forward to this program

It serves nobody and decides nothing. It never writes into a folder that a house uses, and it has
no command that changes an entry: there is no such command. A record and books that are in
PostgreSQL (`--log`, `--books`, or DAYLIGHT_LOG, DAYLIGHT_BOOKS) are looked at there, and books brought
forward; they are copied with pg_dump.

    logs       opening a record beside a running house, and verifying all of it
    backup     the copy: consistent databases, files, and a list with hashes
    restore    the way back, refused unless every hash and every log holds
    doctor     the report, and the part of a damaged log that can still be proved
    books      the schema of every book, and the way forward
"""
