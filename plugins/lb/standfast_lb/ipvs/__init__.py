"""Load balancing by IPVS in the kernel, programmed over generic netlink.

``wire`` and ``messages`` are bytes, ``table`` what is to be in the kernel, ``changes`` the difference of two tables,
``notation`` its words; all of these are pure. ``channel`` is the socket, ``backend`` puts them together.
"""
