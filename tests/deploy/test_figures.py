"""Alerts and dashboard ask for figures that a node exports, and lead to pages that are there."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.nodes import cluster
from tests.doors.house_process import OFFICERS
from tests.doors.program import ROOT
from tests.ports import Port

DEPLOY = ROOT / "deploy"
#: What a family is called when it is asked for.
SUFFIXES = {"gauge": ("",), "counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
PARTS = ("Seen", "By itself", "Do", "Told")


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    return list(json.loads((DEPLOY / "grafana" / "daylight.json").read_text("utf-8"))["panels"])


def asked_for() -> set[str]:
    words = [rule["expr"] for rule in alerts()]
    words += [target["expr"] for panel in panels() for target in panel["targets"]]
    return {name for expr in words for name in re.findall(r"\bdaylight_\w+", expr)}


def sections() -> dict[str, str]:
    text = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    heads = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(heads[::2], heads[1::2], strict=True))


async def exported(folder) -> set[str]:
    port = Port()
    async with cluster(folder / "data", ("a",), OFFICERS) as there:
        await there.start("b", "--metrics-port", str(port.number), "--metrics-host", "127.0.0.1")
        url = f"http://127.0.0.1:{port.number}/metrics"
        text = await asyncio.to_thread(lambda: urllib.request.urlopen(url).read().decode())
    return {
        family.name + suffix
        for family in text_string_to_metric_families(text)
        for suffix in SUFFIXES[family.type]
        if family.name.startswith("daylight_")
    }


async def test_every_figure_that_is_asked_for_is_exported_by_one_of_several_nodes(tmp_path):
    found = await exported(tmp_path)
    assert len(asked_for()) > 20
    assert asked_for() <= found


def test_every_alert_leads_to_a_page_and_speaks_both_languages():
    anchors = {head.lower().replace(" ", "-") for head in sections()}
    for rule in alerts():
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/runbook.md"
        assert anchor in anchors, rule["alert"]
        assert re.search(r"[\u4e00-\u9fff].*[a-z]", rule["annotations"]["summary"])


def test_every_alert_is_given_in_a_test_of_the_rules_and_none_on_a_good_evening():
    """What `promtool test rules` runs; it comes with Prometheus, so here the file is only read."""
    tests = yaml.safe_load((DEPLOY / "prometheus" / "alerts_test.yml").read_text("utf-8"))["tests"]
    given = {
        name
        for one in tests
        for asked in one["promql_expr_test"]
        for sample in asked["exp_samples"]
        for name in re.findall(r'alertname="(\w+)"', sample["labels"])
    }
    assert given == {rule["alert"] for rule in alerts()}
    series = [one["series"] for test in tests for one in test["input_series"]]
    assert {name for text in series for name in re.findall(r"^\w+", text)} <= asked_for() | {"up"}


def test_every_failure_has_a_page_that_says_what_to_do_and_what_to_tell():
    found = sections()
    assert len(found) >= 15
    for head, text in found.items():
        parts = re.split(r"^- \*\*(.+?):\*\*", text, flags=re.MULTILINE)
        assert tuple(parts[1::2]) == PARTS, head
        assert all(part.strip() for part in parts[2::2]), head
        told = parts[-1]
        assert re.search(r"[\u4e00-\u9fff]", told), head
        assert re.search(r"[A-Za-z]{4}", told), head
