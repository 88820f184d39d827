"""What the benchmark programs share. They measure from outside: of the product they use the lab alone."""
