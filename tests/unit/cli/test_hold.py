"""Tested with what they share: see test_order.py; here only that each says what it does."""

from __future__ import annotations

import argparse

from standfast.cli import hold


def test_it_says_what_it_does():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    hold.register(commands)
    (command,) = commands.choices.values()
    assert "Exit status: 0; 1 refused; 3 no answer." in command.description
