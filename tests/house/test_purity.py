"""Pure code says nothing that differs from one machine or one year to the next."""

from auction_rules.conformance.sources import inexact, sources

PURE = ("auction_rules", "bidding.core", "bidding.proof")
# What one module may say after all, and why.
ALLOWED = {
    "auction_rules/registry.py": {
        "import importlib": "it reads the entry points of plug-ins",
        "import sys": "it finds the loaded module of a rule",
        "import pathlib": "it hashes the source of a rule",
    },
    "auction_rules/conformance/sources.py": {
        "import importlib": "it finds a package by its name",
        "import pathlib": "it reads the sources that it lints",
    },
    "auction_rules/conformance/hash_seeds.py": {
        "import os": "it hands an environment on",
        "import subprocess": "a hash seed is set when a process starts",
        "import sys": "it starts the Python that runs it, and is spoken to on its input",
    },
    "auction_rules/conformance/__main__.py": {"import sys": "it is a command"},
}


def test_there_is_pure_code():
    names = list(sources(*PURE))
    for package in PURE:
        assert sum(name.startswith(package.replace(".", "/")) for name in names) > 5, package


def test_pure_code_is_pure():
    assert inexact(*PURE, allowed=ALLOWED) == []
