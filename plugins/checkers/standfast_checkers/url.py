"""``url`` in HTTP_GET and SSL_GET: one request, and what the answer must be."""

from __future__ import annotations

import re

from standfast.api import (
    DROPPED,
    Block,
    Custom,
    Dropped,
    Flag,
    Integer,
    Keyword,
    Place,
    Reader,
    Record,
    Settings,
    Statement,
    Switch,
    Text,
    Words,
    did_you_mean,
    script_argument,
)

BYTES = Integer(0, 2**31 - 1, "bytes")
_RANGE = re.compile(r"([0-9]{3})(?:-([0-9]{3}))?")
_OPTION_NAMES = """
    caseless dotall multiline extended ungreedy utf ucp firstline dollar_endonly dupnames alt_bsux alt_circumflex
    alt_verbnames allow_empty_class auto_callout match_unset_backref never_backslash_c never_ucp never_utf
    no_auto_capture no_auto_possess no_dotstar_anchor no_start_optimize use_offset_limit
"""
OPTIONS = frozenset(_OPTION_NAMES.split())
"""Names of PCRE2's compile options, without ``PCRE2_`` and in lower case (pcre2api(3))."""


class Url(Record, frozen=True):
    """One request, and what the answer must be."""

    path: str
    virtualhost: str = ""
    """The Host header, inherited; empty: address and port of the target."""
    sni_name: str = ""
    """Name sent in the TLS handshake; empty: none."""
    status_codes: tuple[tuple[int, int], ...] = ((200, 299),)
    """First and last of each range that counts as success."""
    digest: str = ""
    """MD5 of the body in lower-case hexadecimal; empty: not looked at."""
    regex: str = ""
    regex_no_match: bool = False
    regex_options: tuple[str, ...] = ()
    regex_min_offset: int = 0
    regex_max_offset: int | None = None
    tls_compliant: bool = False


def status_codes(words: Words, reader: Reader) -> tuple[tuple[int, int], ...] | Dropped:
    """Codes and ranges; a wrong one is left out. keepalived says nothing if there is none."""
    if not words:
        message = f"`{reader.statement.keyword.text}` needs codes behind it; the line is ignored"
        reader.findings.warning("SF2108", reader.statement, message, hint="as in `status_code 200`")
        return DROPPED
    found = []
    for word in words:
        match = _RANGE.fullmatch(word.text)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if 100 <= low <= high <= 599:
            found.append((low, high))
        else:
            hint = "write `200`, or `200-299`; several with blanks between them"
            message = f"`{word.text}` is no status code from 100 to 599, nor a range of them; it is left out"
            refused = reader.refuse("SF3309", word, message, hint)
    return tuple(found) if found else refused


def digest(words: Words, reader: Reader) -> str | Dropped:
    """An MD5 sum."""
    text = words[0].text
    if re.fullmatch(r"[0-9a-fA-F]{32}", text):
        return text.lower()
    why = f"it has {len(text)} characters" if len(text) != 32 else "other characters stand in it"
    message = f"a digest is 32 hexadecimal digits (MD5); {why}. It is not compared"
    return reader.refuse("SF3310", words[0], message, "`md5sum` of the page as served shows it")


def pattern(words: Words, reader: Reader) -> str | Dropped:
    """A PCRE2 pattern: one word, quoted and escaped as in a script's command."""
    try:
        found = script_argument(reader.statement.raw)
    except ValueError:
        return reader.refuse("SF3311", words[0], "the pattern cannot be read: a quote or a backslash stands alone")
    if len(words) > 1 and not {'"', "'"} & set(reader.statement.raw):
        message = f"only `{found}` is the pattern: a blank ends it"
        reader.findings.warning("SF2109", reader.statement, message, word=words[1], hint="put the pattern in quotes")
    return found


def options(words: Words, reader: Reader) -> tuple[str, ...]:
    """Names of compile options; keepalived says nothing of unknown ones."""
    for word in words:
        if word.text not in OPTIONS:
            message = f"`{word.text}` is no option of a pattern; it is left out"
            hint = did_you_mean(word.text, OPTIONS)
            reader.findings.warning("SF3312", reader.statement, message, word=word, hint=hint)
    return tuple(word.text for word in words if word.text in OPTIONS)


def stack(words: Words, reader: Reader) -> tuple[int, int] | Dropped:
    """Size at the start and greatest size of the matcher's stack."""
    start, most = BYTES.number(words[0], reader), BYTES.number(words[1], reader)
    if isinstance(start, Dropped) or isinstance(most, Dropped):
        return start if isinstance(start, Dropped) else most  # type: ignore[return-value]
    if start > most:
        return reader.refuse("SF3002", words[1], f"the greatest size ({most}) is below the one at the start ({start})")
    return start, most


TLS_COMPLIANT = Keyword("tls_compliant", Switch(), "Say goodbye by TLS before closing.", "tls_compliant", "off")

URL = Block(
    "url",
    doc="One request. All conditions given must be met.",
    example="url {\n    path /health\n    status_code 200\n}",
    repeat="each",
    keywords=(
        Keyword("path", Text("PATH"), "What to ask for.", "path /health", "none: it must be given"),
        Keyword("status_code", Custom("CODE|LOW-HIGH ...", status_codes, least=0), "Status codes that are good; given "
                "several times, all count.", "status_code 200 301-302", "200-299", repeat="each",
                incomplete="skip"),
        Keyword("digest", Custom("MD5", digest, most=1), "MD5 sum of the body.",
                "digest 9b3a0c85a887a256d6939da88aabd8cd", "not compared", repeat="first", quiet=True),
        Keyword("virtualhost", Text("NAME"), "Host header.", "virtualhost www.example.com", "the checker's",
                incomplete="skip"),
        Keyword("regex", Custom("PATTERN", pattern), "The body must match (PCRE2); quoted and escaped as in scripts.",
                'regex "status: *ok"', "not looked for",
                incomplete="skip", quiet=True),
        Keyword("regex_no_match", Flag(), "The body must not match.", "regex_no_match", "off"),
        Keyword("regex_options", Custom("WORD ...", options), "How the pattern is read: " +
                ", ".join(f"`{word}`" for word in sorted(OPTIONS)) + ".", "regex_options caseless dotall", "none",
                incomplete="skip", quiet=True),
        Keyword("regex_min_offset", BYTES, "A match may not begin before.", "regex_min_offset 100", "0",
                incomplete="skip", quiet=True),
        Keyword("regex_max_offset", BYTES, "A match may not begin after.", "regex_max_offset 1000", "no limit",
                incomplete="skip", quiet=True),
        Keyword("regex_stack", Custom("START MOST bytes", stack, least=2, most=2), "Size of the matcher's stack; read, "
                "but not needed here.",
                "regex_stack 32768 524288", "the library's",
                incomplete="skip", quiet=True),
    ),
)  # fmt: skip


def url_of(settings: Settings, place: Place, *, tls: bool) -> Url | None:
    """The request; None without a path."""
    statement = settings.statement or place.statement
    path = settings.get("path")
    if path is None:
        place.findings.error("SF4501", statement, "`url` without `path` is left out", hint="add `path /`")
        return None
    if not path.startswith("/"):
        at = settings.scalars["path"].statement
        place.findings.warning("SF4505", at, f"the path `{path}` does not begin with `/`", hint=f"write `path /{path}`")
    _pattern_agrees(settings, place)
    codes = tuple(pair for value in settings.all("status_code") for pair in value.value)
    get = settings.get
    return Url(
        path=path,
        virtualhost=get("virtualhost") or place.settings.get("virtualhost") or place.virtualhosts[0],
        sni_name=_sni(settings, place) if tls else "",
        status_codes=codes or ((200, 299),),
        digest=get("digest", ""),
        regex=_compiles(settings, place),
        regex_no_match=get("regex_no_match", False),
        regex_options=get("regex_options", ()),
        regex_min_offset=get("regex_min_offset", 0),
        regex_max_offset=get("regex_max_offset"),
        tls_compliant=get("tls_compliant", place.settings.get("tls_compliant", False)),
    )


def _compiles(settings: Settings, place: Place) -> str:
    """The pattern; empty without one, or if it does not compile."""
    text: str = settings.get("regex", "")
    if not text:
        return ""
    from standfast_checkers.pattern import PagePattern, PatternError

    try:
        PagePattern(text, settings.get("regex_options", ()))
    except PatternError as error:
        at = settings.scalars["regex"].statement
        place.findings.warning("SF3311", at, f"the pattern does not compile: {error}; it is not looked for")
        return ""
    return text


def _sni(settings: Settings, place: Place) -> str:
    """The name for the handshake: keepalived leaves out the real server's virtualhost, and so do we."""
    named: str | None = place.settings.get("sni_name")
    if named is None and not place.settings.get("enable_sni", False):
        return ""
    found = named or settings.get("virtualhost") or place.settings.get("virtualhost") or place.virtualhosts[1]
    if not found:
        at: Statement = place.settings.scalars["enable_sni" if named is None else "sni_name"].statement
        place.findings.warning("SF4506", at, "there is no name to send: neither `sni_name` nor `virtualhost` is given")
    return found


def _pattern_agrees(settings: Settings, place: Place) -> None:
    scalars, findings = settings.scalars, place.findings
    if "regex" not in settings.seen:
        for name in ("regex_no_match", "regex_options", "regex_min_offset", "regex_max_offset", "regex_stack"):
            if name in scalars:
                findings.warning("SF4504", scalars[name].statement, f"`{name}` without `regex` has no effect")
    least, most = settings.get("regex_min_offset", 0), settings.get("regex_max_offset")
    if most is not None and least > most:
        message = f"no match can begin at {least} or later and at {most} or earlier"
        findings.error("SF4503", scalars["regex_max_offset"].statement, message)
