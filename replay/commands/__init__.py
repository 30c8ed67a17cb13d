"""The auditor's commands, one a module: `add` names its arguments, `run` gives the exit status.

A command reads files, asks one part of the film, and prints; it decides nothing itself.
"""
