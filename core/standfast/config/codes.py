"""The codes of all diagnostics: stable number -> severity, title, and the page that ``standfast explain`` shows.

Codes of text and structure stand here; a later stage adds its own with :func:`declare` from its own table module.
"""

from __future__ import annotations

from dataclasses import dataclass

from standfast.config.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of diagnostic."""

    code: str
    severity: Severity
    title: str
    """What it is, in a few words, without a full stop."""
    page: str
    """What happens, why, and what to do; plain text."""


CODES: dict[str, Code] = {}


def declare(*codes: Code) -> None:
    """Add codes to the table. Raises :class:`ValueError` if a number is already taken."""
    for code in codes:
        if code.code in CODES:
            raise ValueError(f"diagnostic code declared twice: {code.code}")
        CODES[code.code] = code


declare(
    Code(
        "SF1001",
        "error",
        "configuration file cannot be read",
        "The main file does not exist, is a directory, is executable, or may not be read by this user. Nothing starts "
        "without it. keepalived refuses executable files as well: they are more likely scripts. Mend with `chmod a-x`.",
    ),
    Code(
        "SF1002",
        "warning",
        "several main files",
        "The name given for the main file is a pattern that matches several files. All are read, in sorted order, as "
        "one configuration. Name one file, and let it include the others.",
    ),
    Code(
        "SF1101",
        "warning",
        "text is not UTF-8",
        "The file holds bytes that are not UTF-8, perhaps GBK, Latin-1 or binary data. They are kept as they are; in a "
        "comment they do no harm, in a name they may look different elsewhere. Convert with `iconv -t UTF-8`.",
    ),
    Code(
        "SF1102",
        "warning",
        "byte order mark at the start",
        "An editor put the three bytes EF BB BF before the first character. They are skipped here; keepalived takes "
        "them as part of the first word and does not know that word. Save the file as `UTF-8 without BOM`.",
    ),
    Code(
        "SF1103",
        "note",
        "lines end in CR LF",
        "The file has Windows line ends. They are accepted here and by keepalived; scripts and other tools may stumble "
        "over them. Convert with `dos2unix`.",
    ),
    Code(
        "SF1104",
        "error",
        "NUL byte in a line",
        "A line holds a NUL byte and is ignored. The file may be damaged, UTF-16, or no text at all.",
    ),
    Code(
        "SF1105",
        "error",
        "line too long",
        "A line may have 1023 bytes. A longer one is ignored as a whole; keepalived drops its first 1023 bytes and "
        "reads the rest as a statement. Divide it, or move the values to parameters or an included file.",
    ),
    Code(
        "SF1106",
        "error",
        "blank that is no blank",
        "A character that looks like a space (no-break space, full-width blank, zero-width space) stands there. "
        "It comes from a web page or a word processor and becomes part of the word. Replace it with a space. "
        "Where any text will do, as in a password or behind the last word that counts, it is a warning.",
    ),
    Code(
        "SF1107",
        "warning",
        "look-alike of an ASCII character",
        "A smart quote, dash or full-width character stands where its ASCII form is surely meant. It has no meaning in "
        "the language and becomes part of the word. Replace it with the ASCII character.",
    ),
    Code(
        "SF1108",
        "error",
        "file is UTF-16",
        "An editor saved the file with two bytes for each character. keepalived finds a NUL byte in every line and "
        "reads none of them, and neither does standfast. Convert with `iconv -f UTF-16 -t UTF-8`.",
    ),
    Code(
        "SF1109",
        "error",
        "file is no configuration",
        "It is binary data, or a web page, such as the error page that a download saved in place of the file. Nothing "
        "of it is read.",
    ),
    Code(
        "SF1201",
        "warning",
        "comment cuts a value",
        "`#` and `!` begin a comment anywhere, even in the middle of a word, so a password `ab#cd` is the password "
        "`ab`. Single quotes do not protect. Write the value in double quotes, or `\\#` and `\\!`.",
    ),
    Code(
        "SF1202",
        "error",
        "quote without its end",
        "A line has an odd number of double quotes. Text from the last one on is lost, except for scripts. Quotes do "
        "not go over the end of a line. Close the quote.",
    ),
    Code(
        "SF1203",
        "note",
        "comment begins inside a word",
        "`#` or `!` stands directly behind a word and begins a comment there. If the comment is meant, put a blank "
        "before it; if not, write the word in double quotes.",
    ),
    Code(
        "SF1204",
        "warning",
        "backslash at the end of a comment",
        "A backslash at the very end of a line is never part of a comment: in a parameter of several lines the next "
        "line belongs to it. Everywhere else keepalived takes it for a word, and complains of an unknown keyword; "
        "behind a statement it is glued to the statement's last word. Here it is ignored. Delete it.",
    ),
    Code(
        "SF1205",
        "warning",
        "`//` begins no comment",
        "Comments begin with `#` or `!`. What stands behind `//` is read as words of the statement, and braces in it "
        "open and close blocks.",
    ),
    Code(
        "SF1301",
        "error",
        "undefined parameter `${NAME}`",
        "The text mentions a parameter that is not defined at this point, often because a template was not filled in. "
        "It is left as it stands; keepalived would cut it at its braces and lose the structure of the file.",
    ),
    Code(
        "SF1302",
        "warning",
        "undefined parameter `$NAME`",
        "A word begins like a parameter that is not defined at this point. It is left as it stands.",
    ),
    Code(
        "SF1303",
        "warning",
        "parameter not recognised here",
        "`$NAME` is expanded only before a blank, a comma, a closing parenthesis or the end of the line. Write "
        "`${NAME}`, which is expanded everywhere.",
    ),
    Code(
        "SF1304",
        "error",
        "parameter that contains itself",
        "Expanding a parameter or template leads back to itself, which has no end. It is left unexpanded.",
    ),
    Code(
        "SF1305",
        "error",
        "expansion too long",
        "Expanding a parameter would make the line longer than 1023 bytes. It is left unexpanded, as keepalived does. "
        "Use a multi-line parameter.",
    ),
    Code(
        "SF1306",
        "error",
        "wrong arguments of a built-in parameter",
        "`${_RANDOM MIN MAX}` takes up to two whole numbers, the smaller first; `${_ENV NAME}` exactly one name; the "
        "others take none.",
    ),
    Code(
        "SF1307",
        "error",
        "blank before the `=` of a definition",
        "`$NAME=VALUE` allows no blank before `=`. Without this the line is a statement that nobody knows.",
    ),
    Code(
        "SF1308",
        "error",
        "template in the middle of a line",
        "A multi-line parameter is expanded only as the last thing on its line.",
    ),
    Code(
        "SF1309",
        "warning",
        "placeholder not filled in",
        "Text such as `<address>` comes from an example and was to be replaced by a value.",
    ),
    Code(
        "SF1310",
        "error",
        "template engine's placeholder not filled in",
        "`{{ name }}` or `{% ... %}` belongs to a template engine (Jinja, Ansible, Helm, Go) that did not run. Use the "
        "rendered file.",
    ),
    Code(
        "SF1311",
        "error",
        "parameter definition is not a name",
        "The name in `$NAME=VALUE` begins with a letter or `_` and has letters, digits and `_`.",
    ),
    Code(
        "SF1401",
        "error",
        "malformed loop",
        "`~SEQ(VAR, START, STEP, END) TEXT`, `~SEQx(...)` or `~LST(VAR, VALUE, ...) TEXT` is not well formed; the line "
        "is dropped. Numbers are decimal, 0x1f or 017; `~SEQx` takes no negative ones.",
    ),
    Code(
        "SF1402",
        "error",
        "loop that would never end",
        "The step is 0 or leads away from the end; the line is dropped.",
    ),
    Code(
        "SF1403",
        "warning",
        "condition without a name",
        "`@ID rest` keeps the line on the node with this configuration id, `@^ID rest` on all others. No blank may "
        "stand between `@`, `^` and the id. The line is dropped.",
    ),
    Code(
        "SF1404",
        "note",
        "no conditional line is for this node",
        "There are `@ID` lines, but none for the configuration id in use, which is the name of the host unless `-i ID` "
        "gives another. Nodes that all leave the same lines out run with the same priority.",
    ),
    Code(
        "SF1501",
        "warning",
        "include matches nothing",
        "No file has this name. Relative names start at the directory of the including file; quotes are part of the "
        "name; `~` is not expanded. Use `includea` to refuse to start without it.",
    ),
    Code(
        "SF1502",
        "warning",
        "include pattern matches nothing",
        "No file matches this pattern (or one of its `{a,b}` alternatives) at present. keepalived says so too and goes "
        "on. If the directory may be empty, put a file with only a comment there.",
    ),
    Code(
        "SF1503",
        "warning",
        "included file skipped",
        "A file that is a directory, no regular file, has an execute permission bit, or cannot be opened is skipped.",
    ),
    Code(
        "SF1504",
        "error",
        "file includes itself",
        "The file is already being read, directly or through others. It is not read again.",
    ),
    Code(
        "SF1505",
        "error",
        "include without a file name",
        "Everything after the keyword is one file name or pattern.",
    ),
    Code(
        "SF1506",
        "error",
        "checked include failed",
        "`includer`, `includem`, `includew`, `includeb`, `includea` and `include_check` demand that files exist and "
        "can be read. One did not, so nothing starts (keepalived: exit status 6).",
    ),
    Code(
        "SF1507",
        "error",
        "unknown word after `include_check`",
        "The words are `read`, `match`, `wildcard_match` and `brace_match`, with `+` or `-` to add or remove; only the "
        "first may stand without a sign.",
    ),
    Code(
        "SF1601",
        "error",
        "configuration without end",
        "Loops, templates or includes produce more text than any machine runs, or nest without end. Reading stopped "
        "there; nothing starts.",
    ),
    Code(
        "SF1602",
        "note",
        "more faults than are shown",
        "Only the first faults are listed. Mend those and check again.",
    ),
    Code(
        "SF2001",
        "error",
        "block without its `}`",
        "A block was not closed before the next one began at the top level, or before the end of the file. It is taken "
        "as closed there. Blocks nest by braces only; indentation helps to find the place.",
    ),
    Code(
        "SF2002",
        "error",
        "`}` too many",
        "A closing brace stands where no block is open. It is ignored; perhaps an earlier one closed its block "
        "too soon.",
    ),
    Code(
        "SF2003",
        "error",
        "`{` without a block's name",
        "An opening brace stands where no keyword precedes it. What it encloses is skipped.",
    ),
    Code(
        "SF2103",
        "error",
        "block without `{`",
        "This keyword opens a block, and no `{` follows. The lines behind it that can only be meant for it are taken "
        "as its contents.",
    ),
    Code(
        "SF2004",
        "error",
        "blocks nest too deep",
        "No block of the language nests deeper than a few levels. What is deeper is skipped.",
    ),
)
