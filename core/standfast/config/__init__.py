"""Configuration: source -> lexer -> preprocessor -> parser -> binding -> rules -> frozen Config."""
