"""The rules of the house: what may be asked, what is decided, what is written, who sees it.

Pure: commands in, entries out. No clock, no chance, no socket, no database.
"""
