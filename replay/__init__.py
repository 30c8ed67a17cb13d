"""The film: verify, re-judge and replay a recorded session, offline.

Needs Python and the pure packages; no server, no database, no event loop.
"""
