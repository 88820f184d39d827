from __future__ import annotations

import argparse
import stat
import tarfile

from standfast.cli import support_bundle

CONFIG = """vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass hunter22
    }
    virtual_ipaddress {
        192.0.2.9/24
    }
}
"""


def bundle(*words):
    parser = argparse.ArgumentParser()
    support_bundle.register(parser.add_subparsers())
    return support_bundle.run(parser.parse_args(["support-bundle", *words]))


def test_everything_but_secrets(tmp_path, monkeypatch):
    monkeypatch.setattr(support_bundle, "_COMMANDS", {"log.txt": ("echo", "the password hunter22 was wrong")})
    file, archive = tmp_path / "x.conf", tmp_path / "b.tar.gz"
    file.write_text(CONFIG)
    assert bundle("-f", str(file), "-o", str(archive), "--run-dir", str(tmp_path / "run")) == 0
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as opened:
        texts = {entry.name: opened.extractfile(entry).read().decode() for entry in opened}
    assert f"standfast/config{file}" in texts
    assert {"standfast/status.json", "standfast/doctor.json", "standfast/events.json"} <= set(texts)
    assert texts["standfast/log.txt"] == "the password REDACTED was wrong\n"
    assert "hunter22" not in "".join(texts.values())


def test_nothing_is_written_over(tmp_path, capsys):
    (tmp_path / "b").write_text("precious")
    assert bundle("-f", "/none", "-o", str(tmp_path / "b"), "--run-dir", str(tmp_path)) == 1
    assert (tmp_path / "b").read_text() == "precious"
    assert "File exists" in capsys.readouterr().err
