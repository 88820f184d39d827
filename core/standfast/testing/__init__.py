"""What standfast offers to tests, its own and other people's."""
