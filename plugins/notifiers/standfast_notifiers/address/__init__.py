"""Addresses of a cloud, claimed by requests over HTTP."""
