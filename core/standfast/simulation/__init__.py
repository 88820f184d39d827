"""Who becomes MASTER when trackers fail: configurations of several machines, played through on a pretended LAN."""
