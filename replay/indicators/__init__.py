"""Leads (线索): what in a record deserves a question. Never a verdict, and never a weight.

Every indicator is a formula over logged entries with an exact value, a mark that is said with it,
the entries it rests on, how often it shows at all, and the innocent explanation there is.
"""
