"""Sockets that answer questions and take orders."""
