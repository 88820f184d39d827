"""The watchdog parent and its children: forking, heartbeats, hand-over of configuration, signals, systemd."""
