"""A test that is not run is not passed: tests/conftest.py turns skips into failures."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def test_it():\n    assert True", 0),
        ("import pytest\ndef test_it():\n    pytest.skip('later')", 1),
        ("import pytest\n@pytest.mark.skip\ndef test_it():\n    assert True", 1),
        ("import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert False", 1),
        ("import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert True", 1),
        ("import pytest\npytest.importorskip('no_such_module')\ndef test_it():\n    pass", 2),
        ("import pytest\npytest.skip('all', allow_module_level=True)", 2),
    ],
)
def test_a_skip_fails(tmp_path: Path, source: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(source)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout
