"""The door: pages, API and stream on one port.

It knows who asks and how much he may ask for, reads what he sends without mercy, and hands
commands to the house. It decides no auction, and shows nothing but the views of the core.
"""
