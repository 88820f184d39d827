"""The five set-ups of docs/setups.md: whole on every machine, and well whatever fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from standfast.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
MACHINES = {
    "haproxy": ("lb-a", "lb-b"),
    "dns": ("lb-a", "lb-b"),
    "ipvs-dr": ("lb-a", "lb-b"),
    "kubernetes-api": ("cp-1", "cp-2", "cp-3"),
    "cloud-address": ("lb-a", "lb-b"),
    "services": ("lb-a", "lb-b"),
    "pair": ("lb-a", "lb-b"),
}


def words(name: str) -> list[str]:
    return [*(word for host in MACHINES[name] for word in ("-i", host)), str(EXAMPLES / f"{name}.conf")]


@pytest.mark.parametrize("name", MACHINES)
def test_the_machines_fit_together(name, capsys):
    assert main(["check", "--strict", "--nodes", *words(name)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", MACHINES)
def test_whatever_fails_somebody_is_master_who_can(name, capsys):
    assert main(["simulate", "--json", *words(name)]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "standfast.simulate/1"


@pytest.mark.parametrize(("sick", "master"), [("nothing", "lb-a"), ("check haproxy on lb-a", "lb-b")])
def test_a_sick_haproxy_gives_the_address_away(sick, master, capsys):
    main(["simulate", *words("haproxy")])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.strip().startswith(f"{sick}  ")]
    assert row.split()[-1] == master


def test_both_resolvers_are_in_use(capsys):
    main(["simulate", *words("dns")])
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip().startswith("nothing ")]
    assert [row[-1] for row in rows] == ["lb-a", "lb-b"]


def test_direct_routing_is_what_is_programmed(capsys):
    assert main(["plan", "-i", "lb-a", str(EXAMPLES / "ipvs-dr.conf")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ipvsadm -A -t 192.0.2.10:443 -s wlc" in lines
    assert "ipvsadm -a -t 192.0.2.10:443 -r 192.0.2.11:443 -g -w 0" in lines  # alpha: down until it is known to be up
    assert "ipvsadm -a -t 192.0.2.10:443 -r 192.0.2.99:443 -g -w 1" in lines  # until then the sorry server


@pytest.mark.parametrize("host", MACHINES["kubernetes-api"])
def test_a_control_plane_machine_names_itself_and_the_two_others(host, capsys):
    assert main(["config", "show", "--json", "-i", host, str(EXAMPLES / "kubernetes-api.conf")]) == 0
    shown = capsys.readouterr().out
    own = f"192.0.2.{host[-1]}"
    others = [f"192.0.2.{number}" for number in "123" if number != host[-1]]
    assert f'"{own}"' in shown
    assert all(f'"{other}' in shown for other in others)


def test_the_cloud_is_asked_by_each_machine_for_itself(capsys):
    for host, server in (("lb-a", "41"), ("lb-b", "42")):
        assert main(["config", "show", "-i", host, str(EXAMPLES / "cloud-address.conf")]) == 0
        shown = capsys.readouterr().out  # which hides URLs: they may be secrets
        assert f"floating_ip.server {server}" in shown
