"""Other people's programs: asking for them, who runs them, and what became of them."""
