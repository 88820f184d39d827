"""The HTTP side of the health process: metrics, health endpoints, status as JSON and as a page. Read-only."""
