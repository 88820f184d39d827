"""Mail about what happens, as keepalived writes it, and what it takes to hand it to a relay of today."""
