import msgspec

from standfast.contract.balancing import Entrance, Member, Pool
from standfast.values import Address


def test_pools_survive_the_way_to_another_process():
    address = Address.parse("192.0.2.10")
    pool = Pool(
        name="[192.0.2.10]:tcp:80",
        family=4,
        protocol="TCP",
        entrances=(Entrance(first=address, last=address, port=80),),
        members=(Member(address=Address.parse("10.0.0.1"), port=80, weight=3),),
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(pool), type=Pool) == pool
