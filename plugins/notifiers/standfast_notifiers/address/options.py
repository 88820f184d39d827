"""The block `address_webhook`, and what its settings mean."""

from __future__ import annotations

from standfast.api import (
    DROPPED,
    SECOND,
    Block,
    Custom,
    Dropped,
    Keyword,
    Reader,
    Record,
    Seconds,
    Secret,
    TargetPlace,
    Text,
    Words,
    did_you_mean,
)
from standfast_notifiers.webhook.options import HTTP, URL, HttpOptions, http_options, no_place


class AddressOptions(Record, frozen=True):
    """One provider. Times in microseconds."""

    instance: str
    claim_url: Secret
    claim_method: str = "POST"
    claim_body: str = ""
    """The file it stands in; empty: a JSON object with instance, host and addresses."""
    verify_url: Secret | None = None
    verify_json: tuple[tuple[str, str], ...] = ()
    """Where in the answer, and what must stand there."""
    interval: int = 30 * SECOND
    http: HttpOptions = HttpOptions()


def _pair(words: Words, reader: Reader) -> tuple[str, str]:
    return words[0].text, " ".join(word.text for word in words[1:])


BLOCK = Block(
    "address_webhook",
    "Claims an address of a cloud by requests over HTTP while an instance is MASTER: claim, look, and again whenever "
    "it is somewhere else. What goes wrong there never makes the instance fail over.",
    "address_webhook floating {\n    instance VI_1\n    claim_url https://api.example.com/v1/ips/7/assign\n}",
    (
        Keyword("instance", Text("INSTANCE"), "The instance that it follows; one without addresses, perhaps "
                "(`no_virtual_ipaddress`).", "instance VI_1", "none: the block is left out"),
        Keyword("claim_url", URL, "The request that brings the address here.",
                "claim_url https://api.example.com/v1/ips/7/assign", "none: the block is left out"),
        Keyword("claim_method", Text("METHOD", 16), "Its method.", "claim_method PUT", "POST"),
        Keyword("claim_body", Text("PATH"), "A file with its body, as JSON; `${instance}`, `${host}` and `${address}` "
                "(the first one) stand for themselves.", "claim_body /etc/standfast/assign.json",
                "an object with instance, host and addresses"),
        Keyword("verify_url", URL, "Asked (by GET) whether the address is here.",
                "verify_url https://api.example.com/v1/ips/7", "none: it is claimed again every `interval`"),
        Keyword("verify_json", Custom("PATH VALUE", _pair, least=2), "What stands in the answer when it is here: names "
                "and numbers of elements with points between them, and the value.", "verify_json ip.server 42",
                "any answer with a status from 200 to 299 will do", repeat="each"),
        Keyword("interval", Seconds(SECOND, 86400 * SECOND), "From one look to the next, more or less a random fifth.",
                "interval 30", "30"),
        *HTTP,
    ),
    header=Text("NAME"),
    repeat="each",
    ours=True,
)  # fmt: skip


def options_of(place: TargetPlace) -> AddressOptions | Dropped:
    """Without an instance and a request there is nothing to do."""
    get, at = place.settings.get, place.settings.statement
    claim = get("claim_url")
    if claim is None:
        return no_place(at, place, f"`address_webhook {place.name}` has no `claim_url`; it is left out")
    name = get("instance", "")
    names = [each.name for each in place.config.instances]
    if name not in names:
        if at is not None:
            message = f"`address_webhook {place.name}` follows no instance: there is no `vrrp_instance {name}`".rstrip()
            hint = did_you_mean(name, names) if name else "add `instance NAME`"
            place.findings.error("SF6909", at, f"{message}; it is left out", hint=hint)
        return DROPPED
    if "verify_json" in place.settings.lists and "verify_url" not in place.settings.scalars:
        where = place.settings.all("verify_json")[0].statement
        place.findings.warning("SF6906", where, "`verify_json` counts only with `verify_url`")
    return AddressOptions(
        instance=name,
        claim_url=claim,
        claim_method=get("claim_method", "POST").upper(),
        claim_body=get("claim_body", ""),
        verify_url=get("verify_url"),
        verify_json=tuple(each.value for each in place.settings.all("verify_json")),
        interval=get("interval", 30 * SECOND),
        http=http_options(place, claim, get("verify_url")),
    )
