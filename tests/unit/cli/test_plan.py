"""The kernel operations of a start or a reload, without a kernel."""

from __future__ import annotations

import pytest

from standfast import cli
from standfast.cli import plan
from standfast.contract.balancing import Objection
from standfast.plugins import Plugins
from standfast.testing.balancing import MemoryLoadBalancer

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
    real_server 10.0.0.2 80 {
        alpha
        TCP_CHECK {
        }
    }
}
"""


class Ipvs(MemoryLoadBalancer):
    name = "ipvs"


class Nft(MemoryLoadBalancer):
    name = "nftables"

    @classmethod
    def objections(cls, service, entrances):
        return [Objection(keyword="lvs_sched", words="`rr` is not liked here")]

    @classmethod
    def lacking(cls):
        raise AssertionError("the kernel is not to be asked")


@pytest.fixture(autouse=True)
def planes(monkeypatch):
    plugins = Plugins()
    plugins.registry.load_balancers |= {"ipvs": Ipvs, "nftables": Nft}
    monkeypatch.setattr(plan, "installed_plugins", lambda: plugins)


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "a.conf") -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_a_start(file, capsys):
    assert cli.main(["plan", file(TEXT)]) == 0
    assert capsys.readouterr().out == ("add [192.0.2.10]:tcp:80 rr servers\n    10.0.0.1 80 weight 1 NAT\n")


def test_another_namespace_is_named(file, capsys):
    assert cli.main(["plan", file("net_namespace_ipvs blue\n" + TEXT)]) == 0
    assert capsys.readouterr().out.startswith("# in network namespace blue\n")


def test_a_reload(file, capsys):
    before, after = file(TEXT), file(TEXT.replace("10.0.0.1", "10.0.0.3").replace("virtual_server 192.0.2.10 80",
                                                  "virtual_server 192.0.2.10 81"), "b.conf")  # fmt: skip
    assert cli.main(["plan", "--from", before, after]) == 0
    assert capsys.readouterr().out == (
        "remove [192.0.2.10]:tcp:80\nadd [192.0.2.10]:tcp:81 rr servers\n    10.0.0.3 80 weight 1 NAT\n"
    )
    assert cli.main(["plan", "--from", before, before]) == 0
    assert capsys.readouterr().out == "nothing would change\n"


def test_what_cannot_be_balanced_is_named(file, capsys):
    assert cli.main(["plan", "--backend", "nftables", file(TEXT)]) == 1
    assert capsys.readouterr().err == "[192.0.2.10]:tcp:80 is not balanced: nftables: `rr` is not liked here\n"
    assert cli.main(["plan", "--backend", "nftable", file(TEXT)]) == 1
    assert "there is no data plane called `nftable`. did you mean `nftables`?" in capsys.readouterr().err


def test_a_file_that_cannot_be_run(file, capsys):
    assert cli.main(["plan", file("") + ".missing"]) == 2
    assert "a.conf.missing" in capsys.readouterr().err
