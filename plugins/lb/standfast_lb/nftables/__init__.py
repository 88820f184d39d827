"""Load balancing by nftables alone: the kernel's connection tracking does the work, rules choose the server."""
