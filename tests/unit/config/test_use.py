from __future__ import annotations

import subprocess
import sys

import pytest

from standfast.config.keywords.root import build_schema
from standfast.config.parser import parse_text
from standfast.config.use import may_use_plugins

PLAIN = """vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        10.9.0.1
    }
}
"""


@pytest.mark.parametrize(
    ("text", "used"),
    [
        (PLAIN, False),
        (PLAIN + "global_defs {\n    router_id a\n}\n", False),
        (PLAIN + "global_defs {\n    smtp_server 127.0.0.1\n}\n", True),
        (PLAIN + "virtual_server 10.9.0.1 80 {\n}\n", True),
        (PLAIN + "vrrp_check web {\n}\n", True),
        (PLAIN + "webhook ops {\n    url https://example.org\n}\n", True),
        (PLAIN.replace("interface eth0", "interfaze eth0"), True),
        (PLAIN.replace("interface eth0", "priority 100 {\n    x\n    }"), True),
    ],
)
def test_what_may_be_a_plugin_s(text, used):
    schema = build_schema()
    assert may_use_plugins(parse_text(text, schema=schema).tree, schema) is used


def imported(path) -> str:
    code = (
        "import sys; from standfast.config.load import load;"
        f"loaded = load({str(path)!r}, config_id='a', spare_plugins=True);"
        "assert loaded.config; print(*(m for m in sys.modules if m.startswith(('standfast_', 'trio', 'httpx'))))"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_file_that_only_does_vrrp_imports_no_plugin(tmp_path):
    path = tmp_path / "a.conf"
    path.write_text(PLAIN)
    assert imported(path) == ""
    path.write_text(PLAIN + "vrrp_check web {\n    TCP_CHECK {\n        connect_port 80\n    }\n}\n")
    assert "standfast_checkers" in imported(path)
