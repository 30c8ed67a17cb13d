"""A stranger with the OpenAPI document and no mercy: nothing answers otherwise than described."""

import asyncio
import sys
from pathlib import Path

import pytest

from bidding.web.limits import Limits, Rate
from tests.bidding.web.door_in_process import open_door, signed_in

WIDE = Rate(1_000_000, 1_000_000)
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@pytest.mark.parametrize("account", ["s", "b"])
async def test_every_answer_is_one_that_the_document_names(tmp_path, account: str):
    limits = Limits(by_address=WIDE, by_sign_in=WIDE, password_failures_by_address=WIDE)
    async with open_door(tmp_path, limits) as house, signed_in(house, account) as (visitor,):
        await house.publish("gpg")
        command = [
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{house.url}/api/openapi.json",
            *("-H", f"Cookie: {visitor.cookie}", "-H", f"X-CSRF: {visitor.csrf}"),
            *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--mode", "all"),
            *("-n", "5", "--max-time", "8", "--generation-deterministic", "--no-color"),
            *("--continue-on-failure", "--exclude-path-regex", "sign-out"),
        ]
        program = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await program.communicate()
        assert program.returncode == 0, said.decode()
