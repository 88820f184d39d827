"""Notices over HTTP: CloudEvents, or whatever a template makes of them."""
