import msgspec

from standfast.contract.checking import CheckResult, Code, bad, good, unable


def test_results_survive_the_way_to_another_process():
    result = bad(Code.STATUS, "status 503 for /", details={"status": 503})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(result), type=CheckResult) == result


def test_what_could_not_be_checked_counts_neither_way():
    assert unable("no such interface: eth9").verdict == "none"
    assert (good().verdict, good().code) == ("good", Code.OK)
