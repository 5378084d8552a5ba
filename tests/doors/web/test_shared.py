"""What several pages show alike is worked out once, and goes with the view that it was worked out from."""

from concurrent.futures import ThreadPoolExecutor

from plantwright.core.reader import Reader, reading
from plantwright.doors.web.shared import MOST, is_there, once


class View:
    """Stands for a view of a plant."""


def test_many_at_once_let_it_be_worked_out_once():
    view, calls = View(), []
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: once(view, "sums", lambda: calls.append(1) or "found"), range(50)))
    assert found == ["found"] * 50
    assert len(calls) == 1


def test_each_reader_and_each_view_has_its_own():
    view = View()
    assert once(view, "sums", lambda: "1.5") == "1.5"
    with reading(Reader(point=",")):
        assert not is_there(view, "sums")
        assert once(view, "sums", lambda: "1,5") == "1,5"
    assert is_there(view, "sums")
    assert not is_there(View(), "sums")


def test_a_fault_is_not_kept_and_what_is_old_goes_first():
    view = View()
    for _ in range(2):
        try:
            once(view, "sums", lambda: 1 // 0)
        except ZeroDivisionError:
            continue
        raise AssertionError("the fault was kept")
    for number in range(MOST + 1):
        once(view, number, lambda: "found")
    assert is_there(view, MOST)
    assert not is_there(view, 0)
