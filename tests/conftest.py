"""What every test gets: two Hypothesis profiles, a worker, and the promise that none is skipped.

    HYPOTHESIS_PROFILE=deep pytest      many more examples, newly drawn each time

The default profile `fast` draws the same examples on every run, so a green check stays green
until the code changes.
"""

import gc
import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.lanes import Lanes, give_way

settings.register_profile(
    "fast",
    max_examples=60,
    deadline=None,  # a busy machine is no defect
    derandomize=True,
    database=None,
)
settings.register_profile(
    "deep",
    max_examples=3000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_configure(config: pytest.Config) -> None:
    """Count the published vectors in the main process too, so that the summary names them."""
    config.pluginmanager.import_plugin("tests.proof.tally")
    give_way()
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was collected alone: it stays to the end, and was gone through again and again."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """Files to workers."""
    return Lanes(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip or an expected failure into a failure: a check that is not made is not passed."""
    report = yield
    if report.skipped or hasattr(report, "wasxfail"):
        _fail(report)
        # pytest does not count a failure that bears this mark.
        report.__dict__.pop("wasxfail", None)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips itself while it is read."""
    report = yield
    if report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    report.outcome = "failed"
    report.longrepr = f"nothing is skipped or expected to fail here: {report.longrepr}"
