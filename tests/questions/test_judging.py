"""The comparison is strict: right answers pass in any layout, near misses fail. Run: python3 test_judging.py"""

import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from judging import Answer, wrong

PAIRS = [["Columbus 01", 85], ["Dallas 01", 70], ["Cleveland 01", 47]]
LAYOUTS = {
    "objects": json.dumps({"total": 3, "rows": [{"site": name, "count": number} for name, number in PAIRS]}),
    "nested": json.dumps({"total": 3, "groups": [{"key": {"site": {"name": name, "id": 7}}, "count": number} for name, number in PAIRS]}),
    "columns": json.dumps({"total": 3, "columns": ["site", "count"], "rows": PAIRS}),
    "lines": json.dumps({"total": 3, "rows": [f"{name} | {number}" for name, number in PAIRS]}),
    "text": "total: 3\n" + "\n".join(f"{name}\t{number}" for name, number in PAIRS),
    "head and lines": json.dumps({"total": 3}) + "\n" + "\n".join(f"{name}\t{number}" for name, number in PAIRS),
}


def judged(text: str, kind: str, **demand) -> bool:
    return wrong(Answer(text), {"kind": kind, **demand}) is None


class Judging(unittest.TestCase):
    def test_rows_in_every_layout(self):
        for name, text in LAYOUTS.items():
            with self.subTest(name):
                self.assertTrue(judged(text, "rows", rows=PAIRS, ordered=True))
                self.assertTrue(judged(text, "ranking", rows=PAIRS, shown=3))
                self.assertTrue(judged(text, "total", number=3))

    def test_a_wrong_count_fails(self):
        for name, text in LAYOUTS.items():
            for near in ([["Columbus 01", 86], *PAIRS[1:]], [["Columbus 01", 8], *PAIRS[1:]], [["Columbus", 85], ["Dallas 02", 70], PAIRS[2]]):
                with self.subTest(name):
                    self.assertFalse(judged(text, "rows", rows=near, ordered=False), near)
                    self.assertFalse(judged(text, "ranking", rows=near, shown=3), near)
            self.assertFalse(judged(text, "total", number=4))

    def test_too_many_or_too_few_rows_fail(self):
        for text in LAYOUTS.values():
            self.assertFalse(judged(text, "rows", rows=PAIRS[:2], ordered=False))
            self.assertFalse(judged(text, "rows", rows=[*PAIRS, ["London 01", 21]], ordered=False))
            self.assertFalse(judged(text, "ranking", rows=PAIRS, shown=2))

    def test_order(self):
        self.assertFalse(judged(LAYOUTS["columns"], "rows", rows=PAIRS[::-1], ordered=True))
        self.assertTrue(judged(LAYOUTS["columns"], "rows", rows=PAIRS[::-1], ordered=False))

    def test_equals_of_a_ranking_come_in_any_order_but_are_not_made_up(self):
        wanted = [["a", 9], ["b", 5], ["c", 5], ["d", 5]]
        self.assertTrue(judged(json.dumps({"rows": [["a", 9], ["d", 5], ["b", 5]]}), "ranking", rows=wanted, shown=3))
        self.assertFalse(judged(json.dumps({"rows": [["a", 9], ["d", 5], ["e", 5]]}), "ranking", rows=wanted, shown=3))
        self.assertFalse(judged(json.dumps({"rows": [["b", 5], ["d", 5], ["c", 5]]}), "ranking", rows=wanted, shown=3))

    def test_an_id_is_no_count(self):
        self.assertFalse(judged(json.dumps({"rows": [{"site": "Columbus 01", "site_id": 85, "count": 84}]}), "fact", values=["Columbus 01", 85]))
        self.assertFalse(judged(json.dumps({"id": 85}), "figure", number=85, keys=[]))

    def test_what_repeats_the_question_is_no_answer(self):
        text = json.dumps({"total": 0, "resolved": {"site": "Columbus 01 -> cmh-01"}, "page": "http://netbox/dcim/devices/?site=cmh-01&limit=85"})
        self.assertFalse(judged(text, "says", values=["Columbus 01"]))
        self.assertFalse(judged(text, "figure", number=85, keys=[]))

    def test_whole_words(self):
        text = json.dumps({"name": "cle-01-rtr-01", "address": "10.41.0.10/24", "note": "cle-01 (41)"})
        self.assertTrue(judged(text, "says", values=["cle-01", 41, "10.41.0.10/24"]))
        for value in ("rtr-01", "10.41.0.1", "10.41.0.10"):
            self.assertFalse(judged(text, "says", values=[value]), value)
            self.assertTrue(judged(text, "absent", values=[value]), value)
        self.assertFalse(judged(text, "absent", values=["cle-01"]))

    def test_values_far_apart_do_not_stand_together(self):
        text = json.dumps({"a": [{"name": "x", "count": 1}, {"name": "y", "count": 2}]})
        self.assertTrue(judged(text, "fact", values=["x", 1]))
        self.assertFalse(judged(text, "fact", values=["x", 2]))

    def test_rounded_numbers(self):
        self.assertTrue(judged(json.dumps({"prefix": "10.0.0.0/24", "used": "21.3 %"}), "fact", values=["10.0.0.0/24", {"about": 21.26, "within": 0.51}]))
        self.assertFalse(judged(json.dumps({"prefix": "10.0.0.0/24", "used": 22}), "fact", values=["10.0.0.0/24", {"about": 21.26, "within": 0.51}]))

    def test_missing_values_by_name(self):
        for text in (json.dumps({"missing": {"serial": 3, "tenant": 5}}), json.dumps({"missing": [{"field": "serial", "count": 3}, {"field": "tenant", "count": 5}]})):
            self.assertTrue(judged(text, "fact", values=["serial", 3]))
            self.assertFalse(judged(text, "fact", values=["serial", 5]))

    def test_sequence(self):
        text = json.dumps({"path": ["a-1", "b-1", "c-1"]})
        self.assertTrue(judged(text, "sequence", values=["a-1", "b-1", "c-1"]))
        self.assertFalse(judged(text, "sequence", values=["a-1", "c-1", "b-1"]))


if __name__ == "__main__":
    unittest.main()
