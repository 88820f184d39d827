"""``SMTP_CHECK``: does a mail server greet?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import TARGET, CheckerType, Place, checker_block, pacing
from standfast.config.kinds import Text
from standfast.config.lvs_model import SmtpOptions
from standfast.config.schema import Block, Keyword

HELO_NAME = "smtpchecker.keepalived.org"


def _options(place: Place) -> SmtpOptions:
    return SmtpOptions(helo_name=place.settings.get("helo_name", HELO_NAME))


SMTP_CHECK = CheckerType(
    checker_block(
        "SMTP_CHECK",
        "Good if the server greets with 220, answers HELO with 250, and QUIT with anything.",
        (
            Keyword("helo_name", Text("NAME"), "Name given in HELO.", "helo_name lb.example.com", HELO_NAME,
                    incomplete="skip"),
            *TARGET,
            *pacing(),
            Block("host", "One more server to greet, as a check of its own.", "host {\n    connect_port 25\n}",
                  (*TARGET, *pacing()), repeat="each", retired="a second SMTP_CHECK"),
        ),
    ),
    _options,
    nested="host",
)  # fmt: skip
