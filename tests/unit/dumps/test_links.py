from __future__ import annotations

from standfast.dumps.links import Link, _link_locals, lines, links


def test_loopback_is_there():
    (lo,) = [link for link in links() if link.name == "lo"]
    assert (lo.index, lo.hardware, lo.mac) == (1, "LOOPBACK", "")
    assert "loopback" in lo.state
    if lo.ipv4:  # it is up
        assert lo.ipv4 == "127.0.0.1"


def test_in_words():
    eth0 = Link(name="eth0", index=3, flags=0x1043, mtu=1500, kind=1, mac="02:00:00:00:00:01", ipv4="10.9.0.1")
    down = Link(name="gre0", index=4, kind=778)
    said = list(lines([eth0, down], {"eth0": ["VI_1, weight 0"]}))
    assert said[:2] == [" Name = eth0", "   index = 3"]
    assert "   MAC = 02:00:00:00:00:01" in said
    assert said[-3:] == ["   State = DOWN, not RUNNING", "   MTU = 0", "   HW Type = UNKNOWN (778)"]
    assert said[said.index("   Tracking VRRP instances :") + 1] == "     VI_1, weight 0"


def test_link_local_addresses(tmp_path, monkeypatch):
    path = tmp_path / "if_inet6"
    monkeypatch.setattr("standfast.dumps.links.IF_INET6", path)
    assert _link_locals() == {}
    path.write_text(
        "fd000000000000000000000000000001 02 40 00 80 eth0\nfe80000000000000000000fffe000001 02 40 20 80 eth0\n"
    )
    assert _link_locals() == {"eth0": "fe80::ff:fe00:1"}
