"""Tests that run in a kernel of their own: user-mode Linux, for what the machine's kernel may lack.

A test marked ``uml`` is an ordinary test function. Outside, its place is taken by the reports of the same test, run by
a second pytest, with the same ``.venv`` and files, as root of a user-mode Linux (:mod:`guest.outside`). All of a
session's marked tests (with xdist: those of a file) share one guest, one after another; what they leave in its network
they leave to the next one, so each makes namespaces of its own.
"""
