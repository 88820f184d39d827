"""``standfast plugins``: what is listed, and of what is broken why; and projects whose own tests pass."""

from __future__ import annotations

import json

import msgspec
import pytest

from standfast.cli import contained, main
from standfast.cli.plugins import PluginsDocument
from standfast.containment import Guard
from standfast.contract.checking import CONTRACT

GOOD = """
from standfast.api import Block, Checker, CheckerType, Keyword, Integer, checker_block, good, hookimpl, nothing

class Ldap(Checker):
    contract = 1
    declaration = CheckerType(checker_block("LDAP_CHECK", "Binds.", ()), nothing)

    async def check(self):
        return good()

@hookimpl
def standfast_register(registry):
    registry.checker(Ldap)
    registry.block(Block("ldap_servers", "Ours.", "ldap_servers { }"))
"""


def document(capfd) -> dict[str, object]:
    found = msgspec.json.decode(capfd.readouterr().out.encode(), type=PluginsDocument)
    assert (found.schema, found.contract) == ("standfast.plugins/1", CONTRACT)
    return {plugin.name: plugin for plugin in found.plugins}


def test_what_is_installed_is_listed_with_its_distribution_and_contract(site, capfd):
    site.install("ldap", GOOD, "1.2")
    assert main(["plugins", "--json"]) == 0
    found = document(capfd)
    assert {"checkers", "lb", "ldap"} <= set(found)
    assert "TCP_CHECK" in found["checkers"].checkers
    assert found["checkers"].distribution == "standfast"
    assert found["notifiers"].address_providers == ("address_webhook",)
    ldap = found["ldap"]
    assert (ldap.distribution, ldap.version, ldap.module, ldap.contracts) == (
        "standfast-ldap",
        "1.2",
        "standfast_ldap",
        (1,),
    )
    assert ldap.blocks == ("virtual_server/real_server/LDAP_CHECK", "vrrp_check/LDAP_CHECK", "ldap_servers")
    assert main(["plugins"]) == 0
    (row,) = [line for line in capfd.readouterr().out.splitlines() if line.startswith("ldap ")]
    assert row.split() == ["ldap", "standfast-ldap", "1.2", "1", "LDAP_CHECK", "ldap_servers"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        (GOOD.replace("contract = 1", "contract = 7"), "`Ldap` was made for contract 7; this standfast has 1"),
        (GOOD.replace("async def check", "async def chek"), "`Ldap` lacks `check`"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os._exit(3)", "it ended the process that loads plugins (exit status 3)"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "it ended the process that loads plugins (SIGSEGV)",
        ),
    ],
    ids=["import", "contract", "lacks", "raises exit", "exits", "crashes"],
)
def test_one_that_does_not_work_says_why_and_the_others_are_listed(site, capfd, code, words):
    site.install("ldap", code)
    assert main(["plugins", "list", "--json"]) == 1
    found = document(capfd)
    assert (found["ldap"].works, found["ldap"].problem) == (False, words)
    assert found["checkers"].works
    assert main(["plugins"]) == 1
    assert f"ldap (standfast-ldap 1.0) does not work: {words}" in capfd.readouterr().out


def test_one_that_hangs_is_given_up(site, capfd, monkeypatch):
    site.install("ldap", "import time; time.sleep(60)")
    monkeypatch.setattr(contained, "Guard", lambda **more: Guard(limit=100_000, **more))
    assert main(["plugins", "--json"]) == 1
    assert document(capfd)["ldap"].problem == "not over after 0.1 s, given up"


def test_a_new_project_is_announced_and_never_written_over(tmp_path, capsys):
    assert main(["plugins", "new", "redis", "--directory", str(tmp_path)]) == 0
    assert "standfast-redis is made" in capsys.readouterr().out
    assert main(["plugins", "new", "redis", "--directory", str(tmp_path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["plugins", "new", "Red is"]) == 1
    assert "is no name for a plugin" in capsys.readouterr().err


def test_the_document_is_json(capsys):
    main(["plugins", "--json"])
    assert json.loads(capsys.readouterr().out)["plugins"]
