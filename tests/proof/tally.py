"""Counts the vectors that really ran, and says so at the end of the session.

A plugin rather than hooks of a conftest: with several workers only the first process
prints, and it reads no conftest below tests/. Importing it twice registers it once.
"""

from collections import Counter

import pytest

from tests.shared import VECTORS

_ran: Counter[str] = Counter()


def pytest_configure(config):
    config.addinivalue_line("markers", "vectors(name): one case of a published set of vectors")


@pytest.fixture(autouse=True)
def _name_the_set(request, record_property):
    if marker := request.node.get_closest_marker("vectors"):
        record_property("vectors", marker.args[0])


def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed:
        _ran.update(name for key, name in report.user_properties if key == "vectors")


def pytest_terminal_summary(terminalreporter):
    if not VECTORS.is_dir():
        terminalreporter.write_line("vectors: ../shared not here; own set only")
    for name, count in sorted(_ran.items()):
        terminalreporter.write_line(f"vectors: {name} {count} cases")
