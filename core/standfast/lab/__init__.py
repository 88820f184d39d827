"""A small lab: hosts as network namespaces on a bridge, links that can be cut, captures, clients."""
