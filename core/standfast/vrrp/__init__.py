"""The VRRP speaker: pure protocol logic (packet, router, announcer) and the IO around it (speaker, process)."""
