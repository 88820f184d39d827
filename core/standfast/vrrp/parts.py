"""The parts of the VRRP process, made and put together in the order in which they need one another; none runs yet."""

from __future__ import annotations

from standfast.config.model import Config
from standfast.net.command import Changer
from standfast.net.encode import AddressEncoder
from standfast.net.monitor import Monitor
from standfast.net.routing_keeper import RoutingKeeper
from standfast.net.routing_monitor import RoutingMonitor
from standfast.scripts.client import ScriptClient
from standfast.supervise.setup import ChildSetup
from standfast.vrrp.addresses import AddressKeeper
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.cast import Cast
from standfast.vrrp.commander import Commander
from standfast.vrrp.device_keeper import DeviceKeeper
from standfast.vrrp.evidence import Evidence
from standfast.vrrp.firewall_keeper import FirewallKeeper
from standfast.vrrp.frame_sender import FrameSender
from standfast.vrrp.holdings import Holdings
from standfast.vrrp.kernel_watch import KernelWatch
from standfast.vrrp.notifier import Notifier
from standfast.vrrp.prober import Prober
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.status import Describer
from standfast.vrrp.surroundings import Surroundings
from standfast.vrrp.tracked_watch import TrackedWatch
from standfast.vrrp.voice import Voice


class Parts:
    """What a process of ours consists of; who calls whom is laid down here."""

    def __init__(self, setup: ChildSetup, config: Config) -> None:
        self.voice = voice = Voice(setup.log)
        monitor = Monitor(Changer(), receive_buffer=config.global_defs.netlink_receive_buffer)
        host = monitor.host
        self.encode = AddressEncoder()
        addresses = AddressKeeper(Changer(), host, self.encode)
        frames = FrameSender()
        self.announcements = announcements = Announcements(host, frames)
        self.holdings = holdings = Holdings(addresses, RoutingKeeper(Changer(), host))
        self.speaker = Speaker(host, holdings, announcements, setup.page, voice.tell)
        holdings.firewall = FirewallKeeper(host, addresses.present, voice.complain_of_devices)
        devices = DeviceKeeper(Changer(), host, self.encode, voice.complain_of_devices, breathe=self.speaker.breathe)
        self.speaker.attend_devices(devices)
        self.kernel = KernelWatch(self.speaker, monitor, RoutingMonitor(), devices, holdings.firewall)
        surroundings = Surroundings(host, devices, holdings.firewall, self.kernel.learn, voice.complain_of_devices)
        self.cast = Cast(self.speaker, addresses, monitor, setup.run_dir, surroundings)
        self.kernel.mend, self.kernel.greet = self.cast.mend, self.cast.greet
        line = setup.lines.spawner
        self.programs = None if line is None else ScriptClient(line, voice.remark)
        self.notifier = Notifier(self.programs, voice.tell_quietly, self.speaker.at)
        voice.heeded = self.notifier.hear
        self.tracked = TrackedWatch(self.speaker, voice, self.programs, setup.lines.verdicts)
        self.cast.watchers.append(self.tracked.look)
        prober = Prober(host, frames, lambda name: announcements.bases.get(name, name))
        self.evidence = Evidence(self.speaker, prober, setup.lines.verdicts)
        self.tracked.checks.on_look = self.evidence.saw
        self.commander = Commander(self.speaker, voice.ring, setup.run_dir)
        self.describer = Describer(self.speaker, holdings, voice.ring)
        self.describer.generation = setup.generation
        self.describer.notify = self.notifier.figures
        self.describer.notify_scripts = self.notifier.running
        self.describer.running = self.tracked.scripts.running
