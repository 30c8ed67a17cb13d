"""What an operator copies is read by the programs it is meant for, or held to what they read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

from bidding.engine.membership import TTL
from bidding.settings import Settings
from tests.doors.program import ROOT
from tests.postgres import as_nobody, binaries, initialised
from tests.redis_server import binary

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


# Databases and letters -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database():
    """A data folder, and the file in the folder above it, where PostgreSQL's own user may read."""
    under = Path(tempfile.mkdtemp(prefix="pg-settings-"))
    data = initialised(under)
    (under / "daylight.conf").write_text(read("postgresql/daylight.conf"))
    (under / "daylight.conf").chmod(0o644)
    yield data
    shutil.rmtree(under)


def asked(database: Path, setting: str) -> str:
    """What PostgreSQL itself makes of the file; it refuses a setting that it does not know."""
    command: list[Any] = [binaries() / "postgres", "-D", database, "-C", setting]
    command += ["-c", f"config_file={database.parent / 'daylight.conf'}"]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd="/", **as_nobody()
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("synchronous_standby_names", "ANY 1 (standby1, standby2)"),
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("wal_level", "replica"),
        ("log_parameter_max_length_on_error", "0"),
    ],
)
def test_the_database_keeps_what_was_answered_on_two_disks(database, setting, value):
    assert asked(database, setting) == value


def test_redis_keeps_nothing_and_never_drops_a_letter_for_room(tmp_path):
    shutil.copy(DEPLOY / "redis" / "redis.conf", tmp_path)
    socket = tmp_path / "redis.sock"
    command = [binary(), "redis.conf", "--port", "0", "--unixsocket", str(socket)]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        said = ""
        for line in running.stdout:
            said += line
            if "eady to accept connections" in line:
                break
        running.terminate()
    assert "eady to accept connections" in said, said
    assert list(tmp_path.glob("*.rdb")) == list(tmp_path.glob("appendonly*")) == []
    words = dict(line.split(" ", 1) for line in read("redis/redis.conf").splitlines() if line)
    assert (words["save"], words["appendonly"]) == ('""', "no")
    assert words["maxmemory-policy"] == "noeviction"


# Nodes ---------------------------------------------------------------------------------------------


def environment(name: str) -> dict[str, str]:
    lines = [line for line in read(name).splitlines() if line and not line.startswith("#")]
    # Quotes: what holds an `&` has to be one word for a shell too.
    return {name: value.strip('"') for name, value in (line.split("=", 1) for line in lines)}


def test_every_setting_of_a_node_is_one_that_it_knows():
    compose = yaml.safe_load(read("compose/compose.yaml"))
    given = environment("systemd/common.env.example") | environment("systemd/n1.env.example")
    given |= compose["services"]["n1"]["environment"]
    given |= dict(re.findall(r"(DAYLIGHT_[A-Z_]+)=(\S+)", read("compose/Dockerfile")))
    found: dict[str, Any] = {
        name.removeprefix("DAYLIGHT_").lower(): value
        for name, value in given.items()
        if name.startswith("DAYLIGHT_")
    }
    assert {"log", "bus", "books", "metrics_host", "trusted_proxies"} <= set(found)
    found |= {"trusted_proxies": frozenset(found["trusted_proxies"].split(","))}
    found["origin_prefix"] = environment("systemd/common.env.example")["DAYLIGHT_ORIGIN_PREFIX"]
    # Settings refuse what they do not know.
    assert Settings.model_validate(found).bus is not None


def test_what_the_image_and_the_unit_start_is_in_the_package():
    wheel = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    for name in ("compose/Dockerfile", "systemd/daylight@.service"):
        (started,) = re.findall(r"^(?:ENTRYPOINT |ExecStart=).*", read(name), re.MULTILINE)
        assert re.search(r"bin/bidding\W+serve\W+--no-demo", started), name
    assert {"server.py", "bidding/__main__.py"} <= wheel
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"bidding": "bidding.__main__:main"}


def test_the_image_is_built_from_what_the_package_needs_and_from_no_secret():
    ignored = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line]
    sent = {line[1:].split("/")[0] for line in ignored if line.startswith("!")}
    assert "*" in ignored, "what is not named stays here"
    wheel = WheelBuilder(str(ROOT)).recurse_included_files()
    needed = {file.relative_path.split("/")[0] for file in wheel}
    assert needed | {"desks", "tools", "pyproject.toml", "requirements.lock"} <= sent
    assert not sent & {"var", "deploy", ".git", ".venv"}


def test_a_unit_drains_and_is_confined():
    unit = read("systemd/daylight@.service")
    words = dict(
        line.split("=", 1) for line in unit.splitlines() if "=" in line and line[0] not in "#["
    )
    assert (words["KillSignal"], words["KillMode"]) == ("SIGTERM", "mixed")
    assert int(words["TimeoutStopSec"]) >= 10
    assert int(words["LimitNOFILE"]) >= 2 * 12_000
    assert "postgresql.service" in words["After"]
    assert "redis-server.service" in words["After"]
    for confined in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert words[confined] == "yes"
    assert words["ProtectSystem"] == "strict"


# The balancer ----------------------------------------------------------------------------------------


def sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in read("haproxy/haproxy.cfg").splitlines():
        if line and not line.startswith((" ", "#")):
            found[line] = lines = []
        elif line.strip() and not line.strip().startswith("#"):
            lines.append(line.strip())
    return found


def test_the_balancer_asks_a_node_itself_and_cuts_off_who_sits_at_a_dead_one():
    found = sections()
    assert "timeout http-request 5s" in found["defaults"]
    bidders = found["backend bidders"]
    assert "http-check send meth GET uri /api/ready" in bidders
    assert "http-check expect status 200" in bidders
    # Whoever sits at a node that stands still is cut off by the time its presence ends, and no later.
    words = " ".join((*bidders, *found["defaults"]))
    ms = {
        name: int(n) for name, n in re.findall(r"(timeout check|\binter|fastinter) (\d+)ms", words)
    }
    assert "fall 2" in words
    assert ms["inter"] + ms["fastinter"] + 2 * ms["timeout check"] <= TTL // 1_000
    for pool in ("bidders", "staff", "watchers", "practice"):
        lines = found[f"backend {pool}"]
        (common,) = (line for line in lines if line.startswith("default-server"))
        assert "on-marked-down shutdown-sessions" in common
        servers = [line.split() for line in lines if line.startswith("server ")]
        assert [words[1] for words in servers] == ["n1", "n2", "n3"]
        if pool != "bidders":
            assert all(f"track bidders/{words[1]}" in " ".join(words) for words in servers)


def test_what_a_stranger_says_of_his_address_is_replaced():
    for door in ("frontend public", "frontend office"):
        lines = sections()[door]
        # A node believes the first such header; one that is added behind it would be too late.
        assert "http-request set-header X-Forwarded-For %[src]" in lines
        assert "http-request set-header X-Forwarded-Proto https" in lines
    assert not any("option forwardfor" in line for lines in sections().values() for line in lines)


def test_where_no_node_answers_a_bidder_reads_what_that_means():
    """Alone, without a script or a file of ours: nothing else can be had then."""
    named = {line.split()[-1] for line in sections()["defaults"] if line.startswith("errorfile")}
    (path,) = named
    assert "default-path config" in sections()["global"], "it lies beside the configuration"
    told = read(f"haproxy/{path}")
    head, _, body = told.partition("\n\n")
    first, *rest = head.splitlines()
    headers = dict(line.split(": ", 1) for line in rest)
    assert first == "HTTP/1.1 503 Service Unavailable"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert len(told.encode()) < 8_000
    (style,) = re.findall(r"<style>(.*?)</style>", body, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", f"style-src 'sha256-{digest}'"} <= set(policy)
    assert not re.search("<script|src=|url\\(|@import| on[a-z]+=", body)
    # The same words as on the page of the service's state.
    for lang in ("zh", "en"):
        words = (ROOT / "desks" / "src" / "i18n" / f"public.{lang}.ts").read_text("utf-8")
        for key in ("unreachable", "means_stands", "means_time", "means_phone"):
            (sentence,) = re.findall(rf'"svc.{key}": "(.*)"', words)
            assert sentence.rstrip("。.") in body, key
    compose = yaml.safe_load(read("compose/compose.yaml"))["services"]["balancer"]["volumes"]
    folder = "/usr/local/etc/haproxy"
    assert f"../haproxy/{path}:{folder}/{path}:ro" in compose
    assert f"../haproxy/haproxy.cfg:{folder}/haproxy.cfg:ro" in compose


# Compose -----------------------------------------------------------------------------------------------

_WORDS = {"type": "array", "items": {"type": "string"}}
_SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["image"]}, {"required": ["build"]}],
    "properties": {
        **{name: {"type": "string"} for name in ("image", "user", "restart", "shm_size")},
        **{
            name: {"type": "string", "pattern": "^[0-9]+s$|^SIG[A-Z]+$"}
            for name in ("stop_signal", "stop_grace_period")
        },
        **dict.fromkeys(
            ("env_file", "entrypoint", "command", "volumes", "secrets", "tmpfs"), _WORDS
        ),
        **dict.fromkeys(("cap_drop", "security_opt", "ports"), _WORDS),
        **{name: {"type": "boolean"} for name in ("init", "read_only")},
        "build": {"type": "object", "required": ["context", "dockerfile"]},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "networks": {"type": ["array", "object"]},
        "sysctls": {"type": "object"},
        "ulimits": {"type": "object"},
        "depends_on": {
            "anyOf": [
                _WORDS,
                {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "required": ["condition"],
                        "properties": {
                            "condition": {"enum": ["service_started", "service_healthy"]}
                        },
                    },
                },
            ]
        },
        "healthcheck": {
            "type": "object",
            "required": ["test"],
            "additionalProperties": False,
            "properties": {
                "test": _WORDS,
                **{
                    name: {"type": "string", "pattern": "^[0-9]+s$"}
                    for name in ("interval", "timeout", "start_period")
                },
            },
        },
    },
}
_COMPOSE = {
    "type": "object",
    "required": ["name", "services", "networks", "volumes", "secrets"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string"},
        "services": {"type": "object", "additionalProperties": _SERVICE},
        "networks": {"type": "object"},
        "volumes": {"type": "object", "additionalProperties": {"type": "object"}},
        "secrets": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {"file": {"type": "string", "pattern": r"^\./secrets/"}},
            },
        },
    },
}


def test_compose_is_well_formed_and_leads_to_what_is_there():
    compose = yaml.safe_load(read("compose/compose.yaml"))
    jsonschema_rs.validator_for(_COMPOSE).validate(compose)
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / "compose" / source).is_file(), source
            else:
                assert source in compose["volumes"]
    # Nodes, database and letters can be reached from nowhere else.
    for name in ("primary", "standby1", "redis", "n1", "n2", "n3"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]
    assert compose["networks"]["inside"]["internal"] is True
    assert (
        services["balancer"]["networks"]["inside"]["ipv4_address"]
        == (services["n1"]["environment"]["DAYLIGHT_TRUSTED_PROXIES"])
    )


def test_nothing_here_is_a_secret_and_what_becomes_one_stays_out():
    for path in FILES:
        text = path.read_text("utf-8")
        # A password in an address, or a key.
        assert not re.search(r"://[^\s/:@]+:(?!\.\.\.)[^\s/@]+@", text), path
        assert "PRIVATE KEY" not in text, path
    assert [path.name for path in FILES if path.parent.name == "secrets"] == [".gitignore"]
    assert "\n*\n" in read("compose/secrets/.gitignore")


def test_the_dashboard_has_a_panel_for_each_thing_that_is_watched():
    panels = json.loads(read("grafana/daylight.json"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    said = " ".join(panel["title"] for panel in panels).lower()
    for word in ("lag", "lateness", "fsync", "queue", "refusals by reason", "takeovers"):
        assert word in said
