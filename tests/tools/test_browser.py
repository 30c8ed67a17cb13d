"""The look-up of a browser: the order, and the sentence when there is none."""

from pathlib import Path

import pytest

from tools import browser


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a browser; its PATH is the folder returned."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_BIN", raising=False)
    monkeypatch.setattr(browser, "OWN", tmp_path / "own")
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_no_browser_is_told_with_what_mends_it(bare: Path) -> None:
    with pytest.raises(browser.NoBrowser, match="apt-get install chromium-headless-shell"):
        browser.find()


def test_the_order(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program(bare / "own" / "chromium")
    assert browser.find() == own
    whole = program(bare / "chromium")
    assert browser.find() == whole
    shell = program(bare / "chromium-headless-shell")
    assert browser.find() == shell
    told = program(bare / "told")
    monkeypatch.setenv("BROWSER_BIN", str(told))
    assert browser.find() == told


def test_a_wrong_variable_is_told_rather_than_replaced(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bare / "chromium")
    monkeypatch.setenv("BROWSER_BIN", str(bare / "nothing"))
    with pytest.raises(browser.NoBrowser, match="BROWSER_BIN"):
        browser.bring()


def test_what_is_here_is_not_brought_again(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError

    monkeypatch.setattr(browser, "_from_debian", never)
    monkeypatch.setattr(browser, "_from_npm", never)
    here = program(bare / "chromium")
    assert browser.bring() == here
