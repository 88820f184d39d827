from __future__ import annotations

from standfast.net.nft import wire
from standfast.net.nft.commands import Numbers, Table, encode
from standfast.net.nft.timeouts import AddTimeout, DeleteTimeout, SetTimeout, Timeout

TABLE = Table("inet", "t")
SHORT = Timeout("short", "ip", "tcp", (("established", 77), ("fin_wait", 9)))


def test_a_policy_comes_and_goes():
    add, delete = encode([AddTimeout(TABLE, SHORT), DeleteTimeout(TABLE, SHORT)])
    assert (add.kind, delete.kind) == (wire.NEWOBJ, wire.DELOBJ)
    assert add.body.startswith(delete.body), "both name it"
    assert add.body.endswith(wire.u32(3, 77) + wire.u32(4, 9))
    assert add.words == "add ct timeout inet t short " + str(SHORT)
    assert str(SHORT) == "{ protocol tcp; l3proto ip; policy = { established : 77, fin_wait : 9 }; }"
    assert delete.words == "delete ct timeout inet t short"


def test_a_rule_refers_to_it_by_name():
    assert str(SetTimeout("short")) == 'ct timeout set "short"'
    assert wire.text(2, "short") in SetTimeout("short").encode(lambda kind, values: Numbers().next())
