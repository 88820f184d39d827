"""Prepare and commit, with a real parent and a fake child."""

from __future__ import annotations

import os
import signal


def generation(daemon):
    return daemon.status()["generation"], daemon.vrrp()["generation"]


def test_a_good_file_is_committed_and_kept_for_replacements(daemon):
    daemon.start()
    daemon.configure(instances=["VI_1", "VI_2"])
    assert daemon.order(do="reload") == {"ok": True, "words": "reloaded: 1 instance added"}
    assert generation(daemon) == (2, 2)
    assert daemon.status()["last_reload"] == "reloaded: 1 instance added"
    os.kill(daemon.vrrp()["pid"], signal.SIGKILL)
    second = daemon.started(2)
    assert (second["generation"], second["instances"], second["resume"]) == (2, ["VI_1", "VI_2"], True)


def test_sighup_reloads(daemon):
    daemon.start()
    daemon.process.send_signal(signal.SIGHUP)
    daemon.eventually(lambda: generation(daemon) == (2, 2))


def test_a_new_error_changes_nothing_and_is_told(daemon):
    daemon.configure(errors=["an old fault"])
    daemon.start()
    daemon.configure(errors=["an old fault", "a new fault"], instances=["VI_9"])
    answer = daemon.order(do="reload")
    assert answer["ok"] is False
    assert "nothing has changed" in answer["words"]
    assert "a new fault" in answer["words"]
    assert "an old fault" not in answer["words"]
    assert generation(daemon) == (1, 1)
    assert daemon.events("committed") == []


def test_an_error_that_runs_already_does_not_stop_a_reload(daemon):
    daemon.configure(errors=["an old fault"])
    daemon.start()
    daemon.configure(errors=["an old fault"], instances=["VI_9"])
    assert daemon.order(do="reload")["ok"] is True


def test_a_file_that_cannot_run_is_refused(daemon):
    daemon.start()
    daemon.configure(fatal=True, errors=["no interface"])
    answer = daemon.order(do="reload")
    assert (answer["ok"], "no interface" in answer["words"]) == (False, True)
    assert generation(daemon) == (1, 1)


def test_a_child_may_say_no(daemon):
    daemon.start()
    daemon.configure(instances=["never"])
    answer = daemon.order(do="reload")
    assert answer == {"ok": False, "words": "refused, nothing has changed: no interface of that name"}
    assert generation(daemon) == (1, 1)


def test_a_child_that_dies_of_preparing_is_replaced_with_what_ran_before(daemon):
    daemon.start()
    daemon.configure(instances=["die_on_prepare"])
    answer = daemon.order(do="reload")
    assert answer["ok"] is False
    assert "died while it looked at" in answer["words"]
    second = daemon.started(2)
    assert (second["generation"], second["instances"]) == (1, ["VI_1"])


class Reading:
    """Ends that stay open: what is written is read whether or not the pipe has been removed meanwhile."""

    def __init__(self, path):
        self.path = path
        self.end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def read(self):
        try:
            return os.read(self.end, 9999).decode().split()
        except BlockingIOError:
            return []


def test_other_pipes_come_with_the_commit_and_old_ones_go(daemon, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    daemon.configure(fifos={"notify_fifo": str(old)})
    daemon.start()
    assert Reading(old).read() == ["notify_fifo"]
    daemon.configure(fifos={"vrrp_notify_fifo": str(new), "lvs_notify_fifo": str(old)}, instances=["VI_1"])
    assert daemon.order(do="reload")["ok"] is True
    reading = Reading(new)
    assert reading.read() == ["vrrp_notify_fifo"]
    assert old.is_fifo()
    daemon.configure(fifos={"vrrp_notify_fifo": str(new)})
    assert daemon.order(do="reload")["ok"] is True
    assert not old.exists()
    assert reading.read() == ["vrrp_notify_fifo"]
    os.kill(daemon.vrrp()["pid"], signal.SIGKILL)
    daemon.started(2)
    daemon.eventually(lambda: reading.read() == ["vrrp_notify_fifo"])
    assert daemon.order(do="stop")["ok"] is True
    daemon.process.wait(10)
    assert not new.exists()


def test_pipes_of_a_refused_reload_are_gone_and_those_before_stay(daemon, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    daemon.configure(fifos={"notify_fifo": str(old)})
    daemon.start()
    daemon.configure(fifos={"notify_fifo": str(new)}, instances=["never"])
    assert daemon.order(do="reload")["ok"] is False
    assert (old.is_fifo(), new.exists()) == (True, False)
    new.touch()
    daemon.configure(fifos={"notify_fifo": str(new)})
    answer = daemon.order(do="reload")
    assert answer["ok"] is False
    assert "`notify_fifo" in answer["words"]
    assert "it is there, and not a pipe" in answer["words"]
    os.kill(daemon.vrrp()["pid"], signal.SIGKILL)
    daemon.started(2)
    assert old.is_fifo()


def test_what_names_the_daemon_cannot_change(daemon):
    daemon.start()
    daemon.configure(instance="another")
    answer = daemon.order(do="reload")
    assert answer["ok"] is False
    assert "`instance` cannot change under a running daemon: restart" in answer["words"]


def test_signals_during_a_reload_are_remembered_once(daemon, tmp_path):
    daemon.start()
    daemon.configure(gate=str(tmp_path))
    daemon.process.send_signal(signal.SIGHUP)
    daemon.eventually((tmp_path / "read").exists)
    for _ in range(5):
        daemon.process.send_signal(signal.SIGHUP)
        daemon.status()  # one after the other: signals of one kind merge in the kernel
    daemon.configure(instances=["VI_last"])
    (tmp_path / "open").touch()
    daemon.eventually(lambda: generation(daemon) == (3, 3))
    assert len(daemon.events("committed")) == 2
    assert daemon.order(do="reload")["ok"] is True
    assert generation(daemon) == (4, 4)


def test_a_reload_during_a_crash_loop_is_tried_at_once(daemon):
    daemon.start()
    daemon.tell_child("die")
    daemon.eventually(lambda: daemon.vrrp()["state"] == "crash loop")
    daemon.eventually(lambda: daemon.events("reaped"))
    (daemon.run_dir / "orders").unlink()
    daemon.configure(instances=["VI_2"])
    answer = daemon.order(do="reload")
    assert answer["ok"] is True
    daemon.eventually(lambda: daemon.events("started")[-1]["generation"] == 2)


def test_another_version_is_installed(daemon, tmp_path):
    site = tmp_path / "site" / "standfast-9.9.dist-info"
    site.mkdir(parents=True)
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: standfast\nVersion: 0.1.0\n")
    daemon.start(env={**os.environ, "PYTHONPATH": str(site.parent)})
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: standfast\nVersion: 9.9\n")
    answer = daemon.order(do="reload")
    assert answer["ok"] is False
    assert "installed 9.9, running 0.1.0: restart" in answer["words"]


def test_what_only_a_new_health_process_takes_up_is_said(daemon):
    daemon.configure(health=True)
    daemon.start()
    daemon.eventually(lambda: daemon.events("health started"))
    daemon.configure(health=True, checker_nice=5)
    assert "take effect when the health process starts anew" in daemon.order(do="reload")["words"]
    assert "health process starts anew" not in daemon.order(do="reload")["words"]


def test_a_health_process_that_comes_or_goes_is_a_change(daemon):
    daemon.start()
    daemon.configure(health=True)
    assert daemon.order(do="reload")["words"].endswith("; a health process is started")
    daemon.eventually(lambda: daemon.events("health started"))
    daemon.configure()
    assert daemon.order(do="reload")["words"].endswith("; no health process is needed any more")
    assert "health process" not in daemon.order(do="reload")["words"]
