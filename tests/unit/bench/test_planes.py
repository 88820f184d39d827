from _common.planes import Timing, service, works


def test_a_service_of_many_servers_and_one_that_fails():
    assert len(service(300).members) == 300
    assert len({member.address for member in service(300).members}) == 300
    assert set(service(300).members) - set(service(300, without=7).members) == {service(300).members[7]}


def test_full_tables_and_single_changes():
    made = list(works({1: (1.0, None), 100: (4.0, 2.0)}))
    assert [(work.name, work.limit_ms) for work in made] == [
        ("1 servers, full", 1.0),
        ("100 servers, full", 4.0),
        ("1 of 100 fails", 2.0),
        ("100 fail together", 2.0),
    ]
    assert made[0].change.old is None
    assert made[2].change.old == made[3].change.old == service(100)
    assert not made[3].change.new.members


def test_the_best_sample_counts():
    (work,) = works({1: (None, None)})
    assert Timing(work, "standfast", [3.0, 1.5, 2.0]).best == 1.5
