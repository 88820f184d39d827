from __future__ import annotations

from standfast.config.load import load_text
from standfast.config.model import decode, encode

TEXT = """
vrrp_script s {
    script "/bin/true x"
    interval 0.5
    weight -20 reverse
}
track_file f {
    file /run/f
    init_file 3 overwrite
}
vrrp_track_process p {
    process a b
}
bfd_instance b {
    neighbor_ip 192.0.2.3
}
vrrp_instance one {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1/24
    }
    track_script {
        s
    }
    track_file {
        f weight 0
    }
    track_process {
        p weight 3
    }
    track_bfd {
        b
    }
    notify "/bin/n x" nobody :nogroup
}
vrrp_sync_group g {
    group {
        one
    }
    sync_group_tracking_weight
}
"""


def test_all_of_it_travels_as_msgpack():
    config = load_text(TEXT).config
    assert config is not None
    assert [len(t) for t in (config.scripts, config.files, config.processes, config.bfd_sessions)] == [1, 1, 1, 1]
    assert decode(encode(config)) == config
