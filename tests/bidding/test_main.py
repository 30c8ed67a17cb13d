"""The operator's one command: it hands words on, and has no option of its own."""

from __future__ import annotations

import pytest

import bidding.__main__ as command

NAMES = ("serve", "doctor", "verify", "backup", "restore", "migrate", "schema")


@pytest.mark.parametrize("name", NAMES)
def test_each_command_is_answered_by_the_program_that_has_its_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main([name, "--help"])
    assert ended.value.code == 0
    called = "doctor" if name == "verify" else name
    assert capsys.readouterr().out.startswith(f"usage: bidding {called} ")


def test_the_help_lists_every_command_and_there_is_no_other(capsys):
    assert command.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert tuple(line.split()[0] for line in lines[1:]) == NAMES
    for words in ([], ["serv"]):
        assert command.main(words) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert all(name in said.err for name in (*NAMES, *words))


def test_what_the_program_ends_with_is_the_end_of_the_command(tmp_path, capsys):
    for name in ("doctor", "verify"):
        assert command.main([name, "--data", str(tmp_path / "nothing")]) == 2
        chinese, english = capsys.readouterr().err.splitlines()
        assert "nothing" in chinese
        assert "nothing" in english


def test_where_an_auditor_installed_no_server_it_says_what_to_install(monkeypatch, capsys):
    def missing(name):
        def importing(module):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        return importing

    monkeypatch.setattr(command, "import_module", missing("aiohttp.web"))
    assert command.main(["serve"]) == 2
    assert "[server]" in capsys.readouterr().err
    monkeypatch.setattr(command, "import_module", missing("bidding.gone"))
    with pytest.raises(ModuleNotFoundError):
        command.main(["serve"])
