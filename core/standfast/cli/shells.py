"""Completion scripts for shells, written from the declarations of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from standfast.cli.grammar import Command, Option

NAME = "standfast"


def bash(commands: Sequence[Command]) -> str:
    """For bash: no helper functions of other packages are needed."""
    cases = "\n".join(_bash_case(command) for command in commands)
    return f"""\
# bash completion for {NAME}: source <({NAME} completion bash)
_{NAME}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local command=${{COMP_WORDS[1]-}} words=""
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{" ".join([*_firsts(commands), "--help", "--version"])}" -- "$current"))
        return
    fi
    case $command in {"|".join(_with_actions(commands)) or "--"})
        if [ "$COMP_CWORD" -eq 2 ]; then
            case $command in
{_bash_actions(commands)}
            esac
            COMPREPLY=($(compgen -W "$words" -- "$current"))
            return
        fi
        command="$command ${{COMP_WORDS[2]}}" ;;
    esac
    case $command in
{cases}
    esac
    [ "${{current:0:1}}" = - ] && COMPREPLY=($(compgen -W "$words" -- "$current"))
    return 0
}}
complete -o default -F _{NAME} {NAME}
"""


def _bash_actions(commands: Sequence[Command]) -> str:
    return "\n".join(
        f'                {first}) words="{" ".join(_actions(commands, first))}" ;;'
        for first in _with_actions(commands)
    )


def _bash_case(command: Command) -> str:
    lines = [f'        "{command.name}")', f'            words="{" ".join(_names(command.options))}"']
    takers = [option for option in command.options if option.value]
    if takers:
        lines.append("            case $previous in")
        for option in takers:
            found = f'compgen -W "{" ".join(option.choices)}"' if option.choices else _bash_generator(option)
            lines.append(f'                {"|".join(option.names)}) COMPREPLY=($({found} -- "$current")); return ;;')
        lines.append("            esac")
    for option in command.arguments:
        if option.choices:
            lines.append(f'            COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$current"))')
    return "\n".join([*lines, "            ;;"])


def _bash_generator(option: Option) -> str:
    return "compgen -f" if option.is_file else "compgen -d" if option.is_directory else 'compgen -W ""'


def zsh(commands: Sequence[Command]) -> str:
    """For zsh."""
    firsts = "\n".join(f"        {_zsh_pair(first, _words(commands, first))}" for first in _firsts(commands))
    cases = "\n".join(_zsh_case(commands, first) for first in _firsts(commands))
    return f"""\
#compdef {NAME}
# zsh completion for {NAME}: {NAME} completion zsh > "${{fpath[1]}}/_{NAME}"
_{NAME}() {{
    local -a commands actions
    commands=(
{firsts}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    case $words[2] in
{cases}
    esac
}}
# As a file of fpath this is the function itself, at its first call; sourced, it is declared.
if [[ $funcstack[1] == _{NAME} ]]; then
    _{NAME} "$@"
else
    compdef _{NAME} {NAME}
fi
"""


def _zsh_case(commands: Sequence[Command], first: str) -> str:
    below = [command for command in commands if command.name.split()[0] == first]
    if below[0].name == first:
        return f"        {first})\n            shift words; (( CURRENT-- ))\n{_zsh_arguments(below[0], 12)} ;;"
    pairs = " ".join(_zsh_pair(command.name.split()[1], command.words) for command in below)
    inner = "\n".join(f"                {c.name.split()[1]})\n{_zsh_arguments(c, 20)} ;;" for c in below)
    return (
        f"        {first})\n            if (( CURRENT == 3 )); then\n                actions=({pairs})\n"
        f"                _describe action actions\n                return\n            fi\n"
        f"            shift 2 words; (( CURRENT -= 2 ))\n            case $words[1] in\n{inner}\n            esac ;;"
    )


def _zsh_arguments(command: Command, indent: int) -> str:
    specs = [_zsh_option(option) for option in command.options]
    specs += [f"'{'*' if option.many else ''}:{option.value}:{_zsh_action(option)}'" for option in command.arguments]
    space = " " * indent
    return f"{space}_arguments" + "".join(f" \\\n{space}    {spec}" for spec in specs)


def _zsh_option(option: Option) -> str:
    what = f":{option.value.replace(':', ' ')}:{_zsh_action(option)}" if option.value else ""
    words = _quoted(option.words.replace("[", "(").replace("]", ")").replace(":", " "))
    names = option.names[0] if len(option.names) == 1 else f"{{{','.join(option.names)}}}"
    return f"{names}'[{words}]{what}'" if len(option.names) > 1 else f"'{names}[{words}]{what}'"


def _zsh_action(option: Option) -> str:
    if option.choices:
        return f"({' '.join(option.choices)})"
    return "_files" if option.is_file else "_files -/" if option.is_directory else ""


def _zsh_pair(name: str, words: str) -> str:
    return f"'{name}:{_quoted(words.replace(':', ' '))}'"


def fish(commands: Sequence[Command]) -> str:
    """For fish."""
    return "\n".join(_fish(commands)) + "\n"


def _fish(commands: Sequence[Command]) -> Iterator[str]:
    yield f"# fish completion for {NAME}: {NAME} completion fish > ~/.config/fish/completions/{NAME}.fish"
    firsts = " ".join(_firsts(commands))
    for first in _firsts(commands):
        words = _quoted(_words(commands, first))
        yield f"complete -c {NAME} -n 'not __fish_seen_subcommand_from {firsts}' -f -a {first} -d '{words}'"
    for command in commands:
        first, *rest = command.name.split()
        seen = f"__fish_seen_subcommand_from {first}"
        if rest:
            names = " ".join(_actions(commands, first))
            yield (
                f"complete -c {NAME} -n '{seen}; and not __fish_seen_subcommand_from {names}' -f -a {rest[0]} "
                f"-d '{_quoted(command.words)}'"
            )
            seen += f"; and __fish_seen_subcommand_from {rest[0]}"
        for option in command.options:
            yield f"complete -c {NAME} -n '{seen}' {_fish_option(option)}"
        for option in command.arguments:
            if option.choices:
                yield f"complete -c {NAME} -n '{seen}' -f -a '{' '.join(option.choices)}'"


def _fish_option(option: Option) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    value = f" -x -a '{' '.join(option.choices)}'" if option.choices else " -r" if option.value else ""
    return f"{' '.join(names)}{value} -d '{_quoted(option.words)}'"


# What all of them need


def _firsts(commands: Iterable[Command]) -> list[str]:
    return list(dict.fromkeys(command.name.split()[0] for command in commands))


def _with_actions(commands: Iterable[Command]) -> list[str]:
    return list(dict.fromkeys(command.name.split()[0] for command in commands if " " in command.name))


def _actions(commands: Iterable[Command], first: str) -> list[str]:
    return [command.name.split()[1] for command in commands if command.name.startswith(f"{first} ")]


def _words(commands: Iterable[Command], first: str) -> str:
    found = [command for command in commands if command.name.split()[0] == first]
    return found[0].words if len(found) == 1 else f"{', '.join(c.name.split()[1] for c in found)}"


def _names(options: Iterable[Option]) -> list[str]:
    return [name for option in options for name in option.names]


def _quoted(text: str) -> str:
    """Within single quotes, which all three shells join to what stands beside them."""
    return text.replace("'", "'\\''")


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
