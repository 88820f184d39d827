from __future__ import annotations

import json

from standfast.vrrp import order_file
from standfast.vrrp.orders import Order


def test_what_was_ordered_is_found_again(tmp_path):
    orders = {"51": Order("yield", 5, 900), "52": Order("hold", 6)}
    order_file.save(tmp_path, orders)
    assert order_file.load(tmp_path, 100) == orders


def test_what_is_over_is_over(tmp_path):
    order_file.save(tmp_path, {"51": Order("yield", 5, 900)})
    assert order_file.load(tmp_path, 900) == {}


def test_another_boot_knows_nothing_of_it(tmp_path):
    order_file.save(tmp_path, {"51": Order("yield", 5)})
    path = tmp_path / order_file.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"boot": "another"}))
    assert order_file.load(tmp_path, 10) == {}


def test_no_orders_no_file_and_nonsense_is_no_order(tmp_path):
    order_file.save(tmp_path, {"51": Order("yield", 5)})
    order_file.save(tmp_path, {})
    assert not (tmp_path / order_file.NAME).exists()
    (tmp_path / order_file.NAME).write_text("[")
    assert order_file.load(tmp_path, 0) == {}
