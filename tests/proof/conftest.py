"""Leaves out what is not there, and has the vectors counted."""

from tests.shared import VECTORS

# Without the shared folder these files are not there to be collected.
collect_ignore_glob = [] if VECTORS.is_dir() else ["test_vectors_*.py"]


def pytest_configure(config):
    config.pluginmanager.import_plugin("tests.proof.tally")
