"""What signals ask for: data, statistics and JSON as files, in the shape that tools around keepalived read."""
