from standfast.contract.notifying import NotDelivered


def test_a_failed_delivery_is_tried_again_unless_said_otherwise():
    assert NotDelivered("connection refused").retry
    assert not NotDelivered("550 no such user", retry=False).retry
    assert str(NotDelivered("550 no such user", retry=False)) == "550 no such user"
