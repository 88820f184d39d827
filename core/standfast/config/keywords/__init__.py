"""The declarations of core's keywords, one module for each block."""
