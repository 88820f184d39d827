from __future__ import annotations

from types import SimpleNamespace

import pytest

from standfast import clock
from standfast.config.interface_model import Device, Vmac
from standfast.config.model import Config, GlobalDefs
from standfast.net.decode import HostAddress
from standfast.net.encode import IFA_PROTO
from standfast.supervise import state_file
from standfast.supervise.page import MASTER, SharedPage, Slot
from standfast.supervise.state_file import Entry, Installed
from standfast.values import Address
from standfast.vrrp import order_file
from standfast.vrrp.cast import Cast, start_delay
from standfast.vrrp.channels import Channels
from standfast.vrrp.orders import Order
from standfast.vrrp.router import ADDRESSES_TAKEN
from standfast.vrrp.rules import State
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.surroundings import Surroundings
from standfast.vrrp.sysctls import LOCAL_IGMP, Sysctls, promote_secondaries


@pytest.fixture
def speaker(host, holdings, announcements, told, voice, monkeypatch) -> Speaker:
    monkeypatch.setattr(Channels, "connect", lambda _self, instance: setattr(instance, "mouth", voice))
    return Speaker(host, holdings, announcements, SharedPage(), told.append)


@pytest.fixture
def make_cast(speaker, keeper, host, tmp_path):
    return lambda: Cast(speaker, keeper, SimpleNamespace(host=host), tmp_path)


@pytest.fixture
def cast(make_cast) -> Cast:
    return make_cast()


def leftover(host, text: str = "10.9.0.100", prefix: int = 24, protocol: int = IFA_PROTO) -> HostAddress:
    entry = HostAddress(2, Address.parse(text), prefix, 0x80, 0, protocol)
    host.address_is(entry)
    return entry


def start(cast: Cast, speaker: Speaker, *configs, page: SharedPage | None = None, resume: bool = False) -> None:
    cast.begin(Config(instances=tuple(configs)), page or SharedPage(), resume=resume)
    speaker.turn()


def listed(tmp_path) -> list[str]:
    return [entry.address for entry in state_file.load(tmp_path).addresses]


def test_what_may_be_installed_is_written_down_first(cast, speaker, make_settings, tmp_path):
    start(cast, speaker, make_settings("10.9.0.100/24", "10.9.0.101/24"))
    assert listed(tmp_path) == ["10.9.0.100/24", "10.9.0.101/24"]


def test_kd18_leftovers_go_before_anybody_speaks(cast, speaker, host, make_settings, kernel, voice):
    leftover(host)
    cast.begin(Config(instances=(make_settings(priority=255, owner_state=True),)), SharedPage(), resume=False)
    assert kernel.calls == [("delete", ["10.9.0.100"])]
    assert voice.said == []


def test_kd18_leftovers_that_no_instance_knows_go_too(tmp_path, make_cast, speaker, host, make_settings):
    stranger = leftover(host, "10.9.0.77")
    unmarked = leftover(host, "10.9.0.78", protocol=0)
    entries = (Entry("eth0", "10.9.0.77/24"), Entry("eth0", "10.9.0.78/24"))
    state_file.save(tmp_path, Installed(entries))
    start(make_cast(), speaker, make_settings())
    assert not host.has(2, stranger.address)
    # Listed ahead of the deed, but somebody else's if the kernel marks addresses and this one bears no mark.
    assert host.has(2, unmarked.address) is state_file.kernel_marks()


def test_kd19_an_owners_own_address_is_neither_removed_nor_listed(cast, speaker, host, make_settings, tmp_path, kernel):
    start(cast, speaker, make_settings("10.9.0.1/24", priority=255, owner_state=True))
    cast.end(hold=False)
    speaker.turn()
    assert host.has(2, Address.parse("10.9.0.1"))
    assert kernel.calls == []
    assert listed(tmp_path) == []


def test_a_mastership_is_carried_on_without_touching_the_addresses(cast, speaker, host, make_settings, kernel):
    page, config = SharedPage(), make_settings()
    leftover(host)
    page.write(0, config.key, Slot(MASTER, clock.now() - 50_000, 100_000))
    start(cast, speaker, config, page=page, resume=True)
    (instance,) = speaker.instances.values()
    assert instance.router.state is State.MASTER
    assert "delete" not in [kind for kind, _ in kernel.calls]


def test_an_equal_configuration_changes_nothing(cast, speaker, make_settings, kernel, voice, tmp_path):
    start(cast, speaker, make_settings())
    before = (tmp_path / state_file.NAME).stat().st_mtime_ns
    (instance,) = speaker.instances.values()
    deadline = instance.router.deadline
    assert cast.change(Config(instances=(make_settings(),))) == ()
    speaker.turn()
    assert instance.router.deadline == deadline
    assert (kernel.calls, voice.said) == ([], [])
    assert (tmp_path / state_file.NAME).stat().st_mtime_ns == before


@pytest.mark.parametrize("more", [(), ("other",)])
def test_a_reload_lets_those_try_again_whose_addresses_were_taken(cast, speaker, make_settings, more):
    start(cast, speaker, make_settings())
    (instance,) = speaker.instances.values()
    speaker.perform(instance, instance.router.raise_fault(ADDRESSES_TAKEN, "somebody removed them", clock.now()))
    assert instance.router.state is State.FAULT
    told = cast.change(Config(instances=(make_settings(), *(make_settings(name=name, vrid=52) for name in more))))
    assert told[-1] == f"{make_settings().name}: tries again"
    assert instance.router.state is State.BACKUP


def test_what_stays_keeps_its_router_what_is_new_starts_what_is_gone_leaves(cast, speaker, make_settings):
    start(cast, speaker, make_settings(name="one"), make_settings(name="two", vrid=52))
    one, two = speaker.instances.values()
    changes = cast.change(
        Config(instances=(make_settings(name="three", vrid=53), make_settings(name="first", priority=120)))
    )
    speaker.turn()
    assert changes == ("two: removed", "first: name, priority changed", "three: added")
    three, still_one = speaker.instances.values()
    assert still_one is one
    assert (one.place, one.router.priority) == (1, 120)
    assert three.router.state is State.BACKUP
    assert two.gone


def test_after_a_change_only_todays_addresses_are_listed(cast, speaker, make_settings, tmp_path):
    start(cast, speaker, make_settings("10.9.0.100/24"))
    cast.change(Config(instances=(make_settings("10.9.0.200/24"),)))
    assert listed(tmp_path) == ["10.9.0.100/24", "10.9.0.200/24"]
    cast.settle()
    assert listed(tmp_path) == ["10.9.0.200/24"]


def test_at_the_end_nothing_is_left_behind(cast, speaker, make_settings, tmp_path):
    start(cast, speaker, make_settings())
    cast.end(hold=False)
    speaker.turn()
    assert not speaker.leaving
    cast.clear()
    assert list(tmp_path.iterdir()) == []


def test_whoever_has_left_is_not_told_to_leave_again(cast, speaker, make_settings, told):
    start(cast, speaker, make_settings())
    cast.end(hold=False)
    speaker.turn()
    before = len(told)
    cast.end(hold=False)
    speaker.turn()
    assert told[before:] == []


def test_igmp_reports_are_silenced_while_that_is_configured(cast, speaker, make_settings, tmp_path):
    place = tmp_path / "sys" / LOCAL_IGMP
    place.parent.mkdir(parents=True)
    place.write_text("1")
    cast._sysctls = Sysctls(root=tmp_path / "sys")
    silent = GlobalDefs(disable_local_igmp=True)
    start(cast, speaker, make_settings())
    assert place.read_text() == "1"
    cast.change(Config(global_defs=silent, instances=(make_settings(),)))
    assert place.read_text() == "0"
    assert state_file.load(tmp_path).sysctls == {LOCAL_IGMP: "1"}
    cast.change(Config(instances=(make_settings(),)))
    assert place.read_text() == "1"


def test_instances_of_one_network_do_not_take_one_anothers_addresses_along(cast, speaker, make_settings, tmp_path):
    """The kernel removes a whole network with its first address, unless it is told not to."""
    place = tmp_path / "sys" / promote_secondaries("eth0")
    place.parent.mkdir(parents=True)
    place.write_text("0")
    cast._sysctls = Sysctls(root=tmp_path / "sys")
    start(cast, speaker, make_settings("10.9.8.1/24"))
    assert place.read_text() == "0"
    second = make_settings("10.9.8.2/24", name="B", vrid=52)
    cast.change(Config(instances=(make_settings("10.9.8.1/24"), second)))
    assert place.read_text() == "1"
    cast.end(hold=False)
    speaker.turn()
    cast.clear()
    assert place.read_text() == "0"


def test_nor_on_an_interface_that_comes_later_or_comes_back(cast, speaker, host, make_settings, tmp_path, told):
    place = tmp_path / "sys" / promote_secondaries("eth0")
    cast._sysctls = Sysctls(root=tmp_path / "sys")
    link = host.link("eth0")
    host.link_gone(link.index)
    start(cast, speaker, make_settings("10.9.8.1/24"), make_settings("10.9.8.2/24", name="B", vrid=52))
    assert "vrrp.sysctl" not in [getattr(event, "event", "") for event in told]
    place.parent.mkdir(parents=True)
    host.link_is(link)
    for _ in range(2):
        place.write_text("0")
        cast.greet({"eth1"})
        assert place.read_text() == "0"
        cast.greet({"eth0", "eth1"})
        assert place.read_text() == "1"
    assert state_file.load(tmp_path).sysctls == {promote_secondaries("eth0"): "0"}


def test_a_state_file_that_cannot_be_written_is_a_warning(make_cast, speaker, make_settings, tmp_path, told):
    cast = make_cast()
    tmp_path.rmdir()
    start(cast, speaker, make_settings())
    assert "process.state_file" in [getattr(event, "event", "") for event in told]


def test_the_longer_delay_counts():
    settings = GlobalDefs(startup_delay=5_000_000, delay_after_boot=60_000_000)
    assert start_delay(settings, uptime=10_000_000) == 50_000_000
    assert start_delay(settings, uptime=58_000_000) == 5_000_000
    assert start_delay(GlobalDefs(), uptime=1) == 0


def found(told):
    return [event.words for event in told if getattr(event, "event", "") == "vrrp.address_found"]


def test_an_address_that_nobody_says_is_ours_is_named_when_it_is_taken_off(cast, speaker, host, make_settings, told):
    leftover(host, protocol=0)
    start(cast, speaker, make_settings("10.9.0.100/24", "10.9.0.101/24"))
    (words,) = found(told)
    assert words.startswith("found 10.9.0.100/24 on eth0, not put there by us: taken off")
    assert not host.has(2, Address.parse("10.9.0.100"))


def test_leftovers_of_ours_go_without_a_word(tmp_path, make_cast, speaker, host, make_settings, told):
    leftover(host, "10.9.0.100")  # marked
    leftover(host, "10.9.0.101", protocol=0)  # listed
    state_file.save(tmp_path, Installed((Entry("eth0", "10.9.0.101/24"),)))
    start(make_cast(), speaker, make_settings("10.9.0.100/24", "10.9.0.101/24"))
    assert found(told) == []


def test_an_address_found_by_an_instance_that_a_reload_brings_is_named_too(cast, speaker, host, make_settings, told):
    start(cast, speaker)
    leftover(host, protocol=0)
    cast.change(Config(instances=(make_settings(),)))
    assert len(found(told)) == 1
    speaker.turn()
    assert not host.has(2, Address.parse("10.9.0.100"))


def test_kd19_an_owner_that_a_reload_brings_keeps_its_own_address(cast, speaker, host, make_settings, tmp_path, told):
    start(cast, speaker)
    cast.change(Config(instances=(make_settings("10.9.0.1/24", priority=255, owner_state=True),)))
    speaker.turn()
    assert host.has(2, Address.parse("10.9.0.1"))
    assert listed(tmp_path) == []
    assert found(told) == []


def test_who_goes_and_comes_under_one_name_starts_anew(cast, speaker, make_settings):
    start(cast, speaker, make_settings(name="one"), make_settings(name="two", vrid=52))
    changes = cast.change(Config(instances=(make_settings(name="one", vrid=53), make_settings(name="two", vrid=52))))
    assert changes == ("one: starts anew (virtual_router_id changed)",)


def test_a_successor_obeys_the_orders_that_hold(tmp_path, make_cast, speaker, make_settings):
    made = make_settings()
    order_file.save(tmp_path, {made.key: Order("yield", 5)})
    cast = make_cast()
    start(cast, speaker, made)
    (instance,) = speaker.instances.values()
    assert instance.router.order == Order("yield", 5)
    cast.clear()
    assert not (tmp_path / order_file.NAME).exists()


def test_an_order_goes_over_to_whoever_has_the_name(cast, speaker, make_settings):
    start(cast, speaker, make_settings())
    (instance,) = speaker.instances.values()
    instance.router.hold(Order("hold", 5))
    cast.change(Config(instances=(make_settings(vrid=52),)))
    (instance,) = speaker.instances.values()
    assert instance.config.vrid == 52
    assert instance.router.order == Order("hold", 5)


def test_interfaces_are_listed_before_they_are_made_and_go_at_the_end(speaker, keeper, host, make_settings, tmp_path):
    class Keeper:
        ours: dict[str, Device] = {}  # noqa: RUF012

        def want(self, devices):
            self.wanted = tuple(devices)
            calls.append(f"want {len(self.wanted)}")

        def mend(self):
            calls.append(f"listed {len(state_file.load(tmp_path).devices)}")
            return False

        def listed(self):
            return self.wanted

        def inherit(self, _devices): ...
        def prepare(self, _sysctls): ...
        def drop(self):
            calls.append("drop")

    calls: list[str] = []
    surroundings = Surroundings(host, Keeper())  # type: ignore[arg-type]
    cast = Cast(speaker, keeper, SimpleNamespace(host=host), tmp_path, surroundings)  # type: ignore[arg-type]
    start(cast, speaker, make_settings(vmac=Vmac(), vips=()))
    assert calls == ["want 1", "listed 1", "drop"]
    assert speaker.instances["51/4/eth0/to 224.0.0.18"].config.device == "vrrp.51"
    cast.mend()
    cast.clear()
    assert calls[3:] == ["listed 1", "want 0", "drop"]
    assert state_file.load(tmp_path) == Installed()
