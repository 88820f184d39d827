"""What checkers are lent in tests."""

from __future__ import annotations

from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.testing.surroundings import PretendSurroundings


async def test_programs_values_contexts_and_words():
    around = PretendSurroundings()
    around.script_end = ScriptEnd(status=3)
    call = ScriptCall(argv=("/bin/true",))
    assert (await around.run_script(call, 5)).status == 3
    assert around.ran == [call]
    seen: list[int | None] = []
    around.values["load"] = 1
    around.watch_value("file", "load", seen.append)
    around.set_value("load", 2)
    around.set_value("other", 3)
    assert seen == [1, 2]
    made: list[object] = []
    for _ in range(2):
        around.tls_context(("a",), lambda: made.append(object()) or made[-1])
    assert len(made) == 1
    around.say("info", "x")
    assert around.said == ["info: x"]
