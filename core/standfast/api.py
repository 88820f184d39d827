r"""The one import for plugin authors. Re-exports only; what is not here is not promised.

A plugin is a module named by an entry point of the group ``standfast``. Its hook registers classes::

    from standfast.api import (
        Block, Checker, CheckerType, CheckResult, Code, Integer, Keyword, Place, Record,
        TARGET, bad, checker_block, good, hookimpl, pacing,
    )

    class RedisOptions(Record, frozen=True):
        database: int = 0

    DATABASE = Keyword("database", Integer(0, 15), doc="Which one to ask.", example="database 0", default="0")
    BLOCK = checker_block("REDIS_CHECK", "Asks a Redis server for a PONG.", (DATABASE, *TARGET, *pacing()))

    class RedisCheck(Checker[RedisOptions]):
        contract = 1
        declaration = CheckerType(
            BLOCK, lambda place: RedisOptions(database=place.settings.get("database", 0)), record=RedisOptions
        )

        async def check(self) -> CheckResult:
            ...
            return good("PONG") if answer == b"+PONG\r\n" else bad(Code.CONTENT, f"answered {answer!r}")

    @hookimpl
    def standfast_register(registry):
        registry.checker(RedisCheck)

The contract has a number, :data:`CONTRACT`; each class says which one it was written for.
"""

from standfast.config.codes import Code as DiagnosticCode
from standfast.config.codes import declare
from standfast.config.findings import Findings
from standfast.config.keywords.checking import (
    ALPHA,
    TARGET,
    CheckerType,
    Place,
    checker_block,
    nothing,
    pacing,
)
from standfast.config.keywords.notifying import NotifierType, TargetPlace
from standfast.config.kinds import (
    DROPPED,
    Choice,
    Custom,
    Dropped,
    Flag,
    Integer,
    IpAddress,
    Reader,
    Seconds,
    Switch,
    Text,
    Words,
    interface,
)
from standfast.config.lvs_model import (
    AddressRange,
    Forwarding,
    Group,
    LvsGlobals,
    MarkEntry,
    Pace,
    Persistence,
    RealServer,
    SorryServer,
    SyncDaemon,
    Target,
    TlsCredentials,
    VirtualServer,
)
from standfast.config.record import Record
from standfast.config.schema import Block, Declaration, Entries, Keyword
from standfast.config.script_model import Identity, ScriptCall
from standfast.config.script_words import script_argument
from standfast.config.scripts import Script, User
from standfast.config.secret_text import SECRET, Secret
from standfast.config.settings import Settings
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Statement
from standfast.contract.balancing import (
    Counters,
    Entrance,
    Failure,
    LoadBalancer,
    Member,
    Objection,
    Pool,
    PoolChange,
    PoolStatistics,
    Repair,
)
from standfast.contract.checking import (
    CONTRACT,
    Checker,
    CheckError,
    CheckResult,
    Code,
    ScriptEnd,
    Surroundings,
    WatchingChecker,
    bad,
    good,
    unable,
)
from standfast.contract.notifying import Manner, NotDelivered, Notice, Notifier
from standfast.contract.providing import AddressProvider, Cadence, Claim
from standfast.events import (
    AnyEvent,
    CheckChange,
    DaemonChange,
    DualMaster,
    Event,
    GroupTransition,
    LowerPriorityMaster,
    PriorityChange,
    QuorumChange,
    Remark,
    ServerChange,
    TrackerChange,
    Transition,
)
from standfast.health.subjects import is_trouble
from standfast.plugins import Register, hookimpl
from standfast.registry import Registry
from standfast.values import MILLISECOND, SECOND, Address, Family, seconds

__all__ = [
    "ALPHA",
    "CONTRACT",
    "DROPPED",
    "MILLISECOND",
    "SECOND",
    "SECRET",
    "TARGET",
    "Address",
    "AddressProvider",
    "AddressRange",
    "AnyEvent",
    "Block",
    "Cadence",
    "CheckChange",
    "CheckError",
    "CheckResult",
    "Checker",
    "CheckerType",
    "Choice",
    "Claim",
    "Code",
    "Counters",
    "Custom",
    "DaemonChange",
    "Declaration",
    "DiagnosticCode",
    "Dropped",
    "DualMaster",
    "Entrance",
    "Entries",
    "Event",
    "Failure",
    "Family",
    "Findings",
    "Flag",
    "Forwarding",
    "Group",
    "GroupTransition",
    "Identity",
    "Integer",
    "IpAddress",
    "Keyword",
    "LoadBalancer",
    "LowerPriorityMaster",
    "LvsGlobals",
    "Manner",
    "MarkEntry",
    "Member",
    "NotDelivered",
    "Notice",
    "Notifier",
    "NotifierType",
    "Objection",
    "Pace",
    "Persistence",
    "Place",
    "Pool",
    "PoolChange",
    "PoolStatistics",
    "PriorityChange",
    "QuorumChange",
    "Reader",
    "RealServer",
    "Record",
    "Register",
    "Registry",
    "Remark",
    "Repair",
    "Script",
    "ScriptCall",
    "ScriptEnd",
    "Seconds",
    "Secret",
    "ServerChange",
    "Settings",
    "SorryServer",
    "Statement",
    "Surroundings",
    "Switch",
    "SyncDaemon",
    "Target",
    "TargetPlace",
    "Text",
    "TlsCredentials",
    "TrackerChange",
    "Transition",
    "User",
    "VirtualServer",
    "WatchingChecker",
    "Words",
    "bad",
    "checker_block",
    "declare",
    "did_you_mean",
    "good",
    "hookimpl",
    "interface",
    "is_trouble",
    "nothing",
    "pacing",
    "script_argument",
    "seconds",
    "unable",
]
