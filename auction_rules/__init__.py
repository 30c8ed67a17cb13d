"""The game: auction rules as pure values and functions.

It knows no users, sockets, logs or clocks. Time is an argument, money is an integer,
and a rule can be played in an interpreter with nothing else installed but pydantic.
"""
