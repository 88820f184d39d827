from standfast.config.codes import CODES
from standfast.config.codes_balancing import PLANES


def test_numbers_are_in_their_range_and_known():
    for code in PLANES:
        assert code.code.startswith("SF65")
        assert CODES[code.code] is code
