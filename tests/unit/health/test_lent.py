"""What checkers are lent."""

from __future__ import annotations

import ssl

from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.health.lent import Lent


async def test_everything_goes_where_it_belongs():
    ran, watched, said = [], [], []

    async def run_script(call: ScriptCall, limit: int) -> ScriptEnd:
        ran.append((call.argv, limit))
        return ScriptEnd(status=0)

    def watch(kind, name, report):
        watched.append((kind, name))
        report(7)
        return "handle"

    lent = Lent(run_script, watch, lambda *words: said.append(words))
    assert (await lent.run_script(ScriptCall(argv=("/bin/true",)), 5)).status == 0
    values: list[int | None] = []
    assert lent.watch_value("file", "load", values.append) == "handle"
    lent.say("warning", "x")
    assert (ran, watched, values) == ([(("/bin/true",), 5)], [("file", "load")], [7])
    assert said == [("warning", "health.check", "x")]


def test_a_tls_context_is_made_once_for_each_setting():
    lent = Lent(None, None, None)
    made: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return made[-1]

    assert lent.tls_context(("a",), make) is lent.tls_context(("a",), make)
    assert lent.tls_context(("b",), make) is made[1]
    lent.forget_contexts()
    lent.tls_context(("a",), make)
    assert len(made) == 3
