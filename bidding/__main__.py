"""The one command of an operator: `bidding COMMAND ...`, or `python -m bidding COMMAND ...`.

It knows no option. Each command hands the words behind it on to the program that has them, whose
own `--help` tells them. Exit: what that program ends with; 2 where there is no such command.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, NamedTuple


class _Command(NamedTuple):
    help: str
    module: str
    told: tuple[str, ...] = ()
    """Which of its commands is meant, where that program has several."""


_UPKEEP: Final = "bidding.upkeep.__main__"
_COMMANDS: Final[Mapping[str, _Command]] = {
    "serve": _Command("竞价服务、账号与密钥 / the house; its accounts and keys", "server"),
    "doctor": _Command("检查全部日志与账册 / verify every log and book", _UPKEEP, ("doctor",)),
    "verify": _Command("同 doctor / the same as doctor", _UPKEEP, ("doctor",)),
    "backup": _Command("运行中备份 / copy while the house runs", _UPKEEP, ("backup",)),
    "restore": _Command("从备份恢复并核验 / bring a copy back, verified", _UPKEEP, ("restore",)),
    "migrate": _Command("升级数据结构 / bring log and books forward", _UPKEEP, ("migrate",)),
    "schema": _Command(
        "多节点共用日志的结构 / the record that several nodes share", "bidding.clustered"
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Hand the words on to the program of the first one; its exit status is ours."""
    given = list(sys.argv[1:] if argv is None else argv)
    name, rest = (given[0], given[1:]) if given else ("", [])
    command = _COMMANDS.get(name)
    if command is None:
        if name in ("-h", "--help"):
            sys.stdout.write(_usage())
            return 0
        wrong = f"没有命令 {name}。\nThere is no command {name}.\n" if name else ""
        sys.stderr.write(wrong + _usage())
        return 2
    try:
        # Only now: each needs what the others do not, and a help text needs nothing.
        program = import_module(command.module)
    except ModuleNotFoundError as missing:
        return _not_installed(missing)
    return int(program.main([*command.told, *rest]))


def _usage() -> str:
    lines = [f"  {name:<9} {command.help}" for name, command in _COMMANDS.items()]
    return "\n".join(["usage: bidding COMMAND ...   (bidding COMMAND --help)", *lines, ""])


def _not_installed(missing: ModuleNotFoundError) -> int:
    """An auditor's installation has no server in it. Raises what is no missing extra."""
    if (missing.name or "").partition(".")[0] in ("bidding", "auction_rules", "replay", "server"):
        raise missing
    sys.stderr.write(
        f"需要安装扩展 [server]，多节点还需 [cluster]（缺少 {missing.name}）。\n"
        f"This needs the extra [server], for several nodes also [cluster]: {missing.name} is not "
        "installed.\n"
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
