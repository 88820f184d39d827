"""Netlink for trio: typed links and addresses, encoded and decoded; network namespaces."""
