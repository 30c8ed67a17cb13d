"""The set-up: what makes it run again, what it keeps, and what it says when it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import boot

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of inputs only, with boot pointed at it and its installs counted."""
    for name in ("pyproject.toml", "requirements.lock", "tools/build_desks.py", "desks/a.ts"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(boot, "ROOT", tmp_path)
    monkeypatch.setattr(boot, "STAMP", tmp_path / ".venv" / ".daylight")
    monkeypatch.setattr(boot, "runs", lambda: True)
    return tmp_path


@pytest.fixture
def installs(house: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []

    def install(mode: str) -> None:
        done.append(mode)
        page = house / boot.PRODUCTS[0]
        page.parent.mkdir(parents=True, exist_ok=True)
        page.touch()

    monkeypatch.setattr(boot, "install", install)
    return done


def test_unchanged_inputs_cost_nothing(installs: list[str]) -> None:
    boot.prepare("run")
    boot.prepare("run")
    assert installs == ["run"]


def test_a_run_can_print_what_its_pages_offer() -> None:
    (_, wanted) = boot.INSTALLS["run"]
    assert set(wanted.removeprefix(".").strip("[]").split(",")) == {"server", "report"}


def test_run_and_check_do_not_undo_each_other(installs: list[str]) -> None:
    for mode in ("run", "check", "run", "check"):
        boot.prepare(mode)
    assert installs == ["run", "check"]


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "requirements.lock", "tools/build_desks.py", "desks/a.ts"]
)
def test_a_changed_input_installs_again(house: Path, installs: list[str], name: str) -> None:
    boot.prepare("check")
    (house / name).write_text("changed")
    boot.prepare("run")
    assert installs == ["check", "check"]


def test_what_npm_installed_is_no_input(house: Path, installs: list[str]) -> None:
    boot.prepare("run")
    (house / "desks" / "node_modules").mkdir()
    (house / "desks" / "node_modules" / "b.js").touch()
    boot.prepare("run")
    assert installs == ["run"]


def test_missing_pages_install_again(house: Path, installs: list[str]) -> None:
    boot.prepare("run")
    (house / boot.PRODUCTS[0]).unlink()
    boot.prepare("run")
    assert installs == ["run", "run"]


def test_a_failed_install_is_tried_again_in_its_mode(
    house: Path, installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(mode: str) -> None:
        sys.exit(f"{mode} failed")

    with monkeypatch.context() as broken:
        broken.setattr(boot, "install", fail)
        with pytest.raises(SystemExit, match="check failed"):
            boot.prepare("check")
    boot.prepare("run")
    assert installs == ["check"]


def test_a_machine_without_ensurepip_is_told_what_mends_it(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boot, "VENV", house / ".venv")
    monkeypatch.setattr(boot, "has_ensurepip", lambda: False)
    monkeypatch.setenv("PATH", str(house))
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        boot.make_venv()


def test_settings_of_pip_are_read_in_its_own_order() -> None:
    listed = (
        ":env:.cert='/from/a/variable.pem'\n"
        "global.cert='/from/a/file.pem'\n"
        "global.timeout='30'\n"
        "install.timeout='60'\n"
        "freeze.timeout='10'\n"
    )
    assert boot.read_settings(listed) == {"cert": "/from/a/variable.pem", "timeout": "60"}


def test_others_are_told_what_pip_knows_and_keep_what_they_were_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {"cert": "/machine.pem", "index-url": "file:///packages", "default-timeout": "90"}
    monkeypatch.setattr(boot, "pip_settings", lambda: known)
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    for name in ("NODE_EXTRA_CA_CERTS", "UV_DEFAULT_INDEX", "UV_HTTP_TIMEOUT", "UV_INSECURE_HOST"):
        monkeypatch.setenv(name, "x")  # so that it is put back after the test
        monkeypatch.delenv(name)
    boot.tell_others()
    told = {name: os.environ.get(name) for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")}
    assert told == {"SSL_CERT_FILE": "/mine.pem", "NODE_EXTRA_CA_CERTS": "/machine.pem"}
    assert os.environ["UV_DEFAULT_INDEX"] == "file:///packages"
    assert os.environ["UV_HTTP_TIMEOUT"] == "90"
    assert "UV_INSECURE_HOST" not in os.environ


def test_an_unknown_word_is_answered_with_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "tools/boot.py", "dance"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "run [...] | check [...] | setup" in done.stderr


@pytest.mark.parametrize("name", ["run", "check", ".ci/run"])
def test_the_commands_are_short_and_can_be_started(name: str) -> None:
    path = ROOT / name
    assert path.stat().st_mode & 0o111
    lines = path.read_text().splitlines()
    assert lines[0] == "#!/bin/sh"
    assert len(lines) <= 3
