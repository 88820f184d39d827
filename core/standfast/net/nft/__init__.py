"""nf_tables: a ruleset as values that are both netlink messages and nft(8)'s text. Nothing here knows of balancing.

What a rule is made of: :mod:`.types` (what values are), :mod:`.terms` (what is looked at), :mod:`.statements` (what is
done). :mod:`.commands` are the edits; :mod:`.channel` sends a list of them as one transaction.
"""
