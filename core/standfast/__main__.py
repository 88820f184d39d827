"""``python -m standfast``: the command line."""

from standfast.cli import main

raise SystemExit(main())
