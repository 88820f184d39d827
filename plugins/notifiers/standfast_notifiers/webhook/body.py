"""Bodies: CloudEvents 1.0 (structured mode), or what a template says. Pure, but for reading templates."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from standfast.api import DaemonChange, Notice
from standfast_notifiers.webhook.words import (
    cause_of,
    document_of,
    id_of,
    kind_of,
    moment,
    state_of,
    subject_of,
    values_of,
)

SHIPPED = ("alertmanager", "slack", "pagerduty")
CLOUDEVENTS = "cloudevents"
LONGEST = 64 * 1024
"""Bytes of a template."""

_NAME = re.compile(r"\$(?:\$|\{([a-z_]+)\})")


def template_text(name: str) -> str:
    """A template that comes with standfast, or a file's. Raises :class:`ValueError`."""
    if name in SHIPPED:
        return resources.files(__package__).joinpath("templates", f"{name}.json").read_text()
    try:
        with Path(name).open("rb") as file:
            return file.read(LONGEST).decode()
    except OSError as error:
        raise ValueError(f"cannot read the template {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"the template {name} is not UTF-8") from error


def filled(text: str, values: Mapping[str, str], *, as_json: bool) -> str:
    """The text with each ``${name}`` replaced; ``$$`` is a dollar sign.

    In JSON a value is escaped to stand within quotes; ``event`` is an object of its own. Raises :class:`ValueError`.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "$"
        if name not in values:
            raise ValueError(f"a template has no `{name}`; it has {', '.join(sorted(values))}")
        return values[name] if name == "event" or not as_json else json.dumps(values[name], ensure_ascii=False)[1:-1]

    return _NAME.sub(value, text)


class Template:
    """How notices become bodies. Raises :class:`ValueError` for a template that gives none."""

    def __init__(self, name: str, *, content_type: str = "", holds_s: float = 0, routing_key: str = "") -> None:
        self._text = "" if name == CLOUDEVENTS else template_text(name)
        usual = "application/cloudevents+json; charset=utf-8" if name == CLOUDEVENTS else "application/json"
        self.content_type = content_type or usual
        self._holds_s = holds_s
        self._routing_key = routing_key
        trial = Notice(sequence=1, wall=0, host="host", event=DaemonChange(at=0, what="test", words='with "quotes"'))
        body = self.body(trial)
        if self._json:
            try:
                json.loads(body)
            except ValueError as error:
                raise ValueError(f"the template {name} gives no JSON: {error}") from error

    @property
    def _json(self) -> bool:
        return "json" in self.content_type

    def body(self, notice: Notice) -> bytes:
        """Of one notice."""
        if not self._text:
            return json.dumps(cloud_event(notice), ensure_ascii=False).encode("utf-8", "backslashreplace")
        values = values_of(notice, now=time.time(), holds_s=self._holds_s, routing_key=self._routing_key)
        return filled(self._text, values, as_json=self._json).encode("utf-8", "backslashreplace")


def cloud_event(notice: Notice) -> dict[str, object]:
    """CloudEvents 1.0 with the extension ``sequence``; ``source`` and ``id`` together are unique."""
    event = notice.event
    return {
        "specversion": "1.0",
        "id": id_of(notice),
        "source": f"/standfast/{notice.host}",
        "type": f"standfast.{kind_of(event)}",
        "subject": subject_of(event),
        "time": moment(notice.wall),
        "datacontenttype": "application/json",
        "sequence": f"{notice.sequence:012}",
        "data": {
            "host": notice.host,
            "state": state_of(event),
            "cause": cause_of(event),
            "replayed": notice.replayed,
            "dropped": notice.dropped,
            "event": document_of(event),
        },
    }
