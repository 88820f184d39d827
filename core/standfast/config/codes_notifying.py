"""The codes of targets for notices, added to the table of all codes: SF69xx."""

from __future__ import annotations

from standfast.config.codes import Code, declare

declare(
    Code("SF6901", "error", "two targets of one name",
         "Each target has a name of its own among those of its kind: `status` and `standfast notify test` call it by "
         "it. The second block is left out. Give it another name."),
    Code("SF6902", "error", "plugin of a notifier fails",
         "The plugin raised an error when it was to make a target of the block. The others are not concerned."),
    Code("SF6903", "warning", "secret in the configuration",
         "A secret stands in the file itself, where everybody who reads the file, a backup or a support bundle sees "
         "it. Put it into a file that only the daemon can read and write `file:/path`, or hand it over by systemd's "
         "`LoadCredential=` and write `credential:NAME`."),
    Code("SF6904", "error", "secret that cannot be named so",
         "A secret is `file:/absolute/path` or `credential:NAME`, where NAME is a file's name without directories."),
    Code("SF6905", "error", "target without a place",
         "A target says where its notices go: for a webhook that is `url`, with `http://` or `https://`. Without it "
         "the target is left out."),
    Code("SF6906", "warning", "setting of a target without effect",
         "The keyword counts only together with another one that is not there (a password without a user, a key "
         "without a certificate, TLS settings for a URL without TLS)."),
    Code("SF6907", "error", "no such template",
         "`template` names one of those that come with standfast, or a file by its absolute path. What is named here "
         "is neither, or cannot be read, or is not a template. The target is left out."),
    Code("SF6908", "error", "no such event",
         "`events` takes names of events (`vrrp.transition`, `lvs.server`, ...), a part of them (`vrrp`, `lvs`), or "
         "`all`. A word that is none of these is left out."),
    Code("SF6909", "error", "no such instance",
         "An address provider follows one `vrrp_instance`; there is none of this name, so the block is left out."),
)  # fmt: skip
