"""Long work: asked for, done once by one worker, watched, stopped, and told as failed when its worker is killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core import job_schedules, worker
from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.jobs import JOBS, KEPT_SECONDS, ask_again, ask_job, end_job, job, jobs, one_job, run, stop_job
from plantwright.core.problem import ProblemError
from plantwright.core.stage import Stage
from plantwright.core.store import Store

from .jobs_for_tests import declare

PROGRAM = Path(__file__).with_name("jobs_for_tests.py")
PATIENCE = 60
declare()


@pytest.fixture
def store(target):
    with Store.open(target, busy_seconds=2.0) as opened:
        yield opened


@pytest.fixture
def start(target):
    """Start worker processes; all are killed at the end."""
    begun = []

    def begin(*options):
        begun.append(subprocess.Popen([sys.executable, str(PROGRAM), target, *options]))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def until(true, what=""):
    """Wait for something that comes to be true; gives it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain {what}")


def over(store, number):
    return until(lambda: found if (found := one_job(store, number)).over else None, f"for job {number} to end")


def codes_of(raised):
    return [problem.code for problem in raised.value.problems]


# --- asking ---------------------------------------------------------------------------------------------------------


def test_job_that_was_asked_for_waits_with_its_arguments_read(store):
    number = ask_job(store, "count_up", {"to": "5", "pause": "0.25"}, "anna")
    found = one_job(store, number)
    assert (found.state, found.by, found.arguments) == ("waiting", "anna", {"to": 5, "pause": "0.25"})
    assert [one.number for one in jobs(store)] == [number]
    assert jobs(store, state="done") == jobs(store, by="bob") == jobs(store, kind="fail") == []


def test_wrong_asking_is_refused_with_all_faults(store):
    for kind, given, codes in (
        ("fly", {}, ["job-unknown"]),
        ("count_up", {"to": "many", "colour": "red"}, ["argument-unknown", "argument-wrong"]),
    ):
        with pytest.raises(ProblemError) as raised:
            ask_job(store, kind, given, "anna")
        assert codes_of(raised) == codes
    assert jobs(store) == []


def test_job_that_is_not_there_or_over_is_told(store):
    with pytest.raises(ProblemError) as raised:
        one_job(store, 7)
    assert codes_of(raised) == ["job-missing"]
    number = ask_job(store, "count_up")
    assert stop_job(store, number, "bob") == "stopped"
    with pytest.raises(ProblemError) as raised:
        stop_job(store, number, "bob")
    assert codes_of(raised) == ["job-over"]


def test_kind_needs_the_three_first_parameters_and_a_text():
    with pytest.raises(TypeError):
        job(help="text")(lambda store: store)
    with pytest.raises(TypeError):
        job(name="count_up", help="text")(lambda store, by, tell: None)
    assert JOBS["count_up"].permission == "jobs.run"


# --- doing ----------------------------------------------------------------------------------------------------------


def test_worker_does_jobs_in_their_order_and_keeps_what_came_of_them(store, target):
    numbers = [ask_job(store, "count_up", {"to": to}, "anna") for to in (1, 2)]
    assert worker.work(target, once=True) == 2
    first, second = (one_job(store, number) for number in numbers)
    assert (first.state, first.result, first.share) == ("done", {"counted": 1, "for": "anna"}, 1.0)
    assert first.asked <= first.began <= first.ended <= second.began


def test_faults_of_a_job_are_problems_in_its_row_and_the_worker_goes_on(store, target, caplog):
    numbers = [ask_job(store, kind) for kind in ("fail", "break_down", "count_up")]
    worker.work(target, once=True)
    failed, broken, done = (one_job(store, number) for number in numbers)
    assert (failed.state, [p.code for p in failed.problems]) == ("failed", ["bad-argument"])
    assert (broken.state, [p.code for p in broken.problems]) == ("failed", ["job-broken"])
    assert "ZeroDivisionError" in broken.problems[0].message
    assert "ZeroDivisionError" in caplog.text
    assert done.state == "done"


def test_progress_is_seen_while_the_job_runs_and_it_stops_when_asked(store, start):
    number = ask_job(store, "count_up", {"to": 100_000, "pause": "0.01"}, "anna")
    start()
    running = until(lambda: job if (job := one_job(store, number)).share > 0 else None)
    assert running.state == "running"
    assert running.stage.startswith("at ")
    assert stop_job(store, number, "bob") == "running"
    stopped = over(store, number)
    assert (stopped.state, stopped.stop_by, stopped.result) == ("stopped", "bob", None)
    again = ask_again(store, number, "carl")
    assert one_job(store, again).arguments == stopped.arguments
    stop_job(store, again)


def test_job_that_searches_ends_with_what_it_has_found_when_asked_for_that(store, start):
    number = ask_job(store, "search_on", {}, "anna")
    start()
    until(lambda: one_job(store, number).share > 0)
    end_job(store, number, "bob")
    done = over(store, number)
    assert (done.state, done.stop_by) == ("done", "enough: bob")
    assert done.result["found"] > 0
    with pytest.raises(ProblemError) as raised:
        end_job(store, number, "bob")
    assert codes_of(raised) == ["job-over"]


def test_job_that_was_asked_for_what_it_has_found_can_still_be_stopped(store):
    number = ask_job(store, "count_up", {"to": 100_000}, "anna")
    end_job(store, number, "bob")
    stop_job(store, number, "carl")
    assert (one_job(store, number).state, one_job(store, number).stop_by) == ("stopped", "carl")


def test_progress_is_written_a_few_times_a_second_however_often_it_is_told(store, monkeypatch):
    notes = []
    monkeypatch.setattr(worker.Pulse, "_note", lambda self, now: notes.append(now))
    number = ask_job(store, "count_up", {"to": 1000, "pause": "0.001"})
    taken = worker.take_job(store, "me")
    begun = time.monotonic()
    worker.do_job(store, taken, "me")
    assert len(notes) <= (time.monotonic() - begun) / worker.TELL_SECONDS + 1
    assert one_job(store, number).state == "done"


def test_telling_within_an_open_act_does_not_wait_for_itself(store, start):
    number = ask_job(store, "write_long", {"seconds": "2.5"}, "anna")
    start("--once")
    assert over(store, number).state == "done"


def test_stopping_within_an_open_act_leaves_nothing_of_it(store, start, kind):
    number = ask_job(store, "write_long", {"seconds": "600"}, "anna")
    start()
    until(lambda: one_job(store, number).state == "running")
    with store.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()
    if kind == "sqlite":  # its one writer is the job itself: nobody can ask it to stop before it lets go
        until(lambda: writer_is_busy(store))
        with pytest.raises(ProblemError) as raised:
            stop_job(store, number, "bob")
        assert codes_of(raised) == ["store-locked"]
        return
    stop_job(store, number, "bob")
    assert over(store, number).state == "stopped"
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one() == before


def writer_is_busy(store):
    try:
        with store.writing(patient=False):
            return False
    except ProblemError:
        return True


def test_two_workers_never_take_the_same_job(target):
    with Store.open(target, busy_seconds=30.0) as store:
        for _ in range(60):
            ask_job(store, "count_up")
        taken = {name: [] for name in "abcd"}
        ready = threading.Barrier(len(taken))

        def take_all(name):
            ready.wait()
            while (one := worker.take_job(store, name)) is not None:
                taken[name].append(one.number)

        threads = [threading.Thread(target=take_all, args=(name,)) for name in taken]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    numbers = [number for mine in taken.values() for number in mine]
    assert sorted(numbers) == list(range(1, 61))


def test_two_worker_processes_do_each_job_once(store, start):
    numbers = [ask_job(store, "count_up", {"to": 2, "pause": "0.02"}) for _ in range(30)]
    processes = [start("--once"), start("--once")]
    assert [process.wait(PATIENCE) for process in processes] == [0, 0]
    with store.reading() as connection:
        rows = run(store, connection, "SELECT number, state, worker FROM job ORDER BY number").fetchall()
    assert [(number, state) for number, state, _ in rows] == [(number, "done") for number in numbers]
    assert {int(name.split(":")[-2]) for _, _, name in rows} <= {process.pid for process in processes}


# --- dead workers ---------------------------------------------------------------------------------------------------


def test_job_of_a_killed_worker_is_told_as_failed_and_can_be_asked_for_again(store, start):
    number = ask_job(store, "count_up", {"to": 1_000_000, "pause": "0.01"}, "anna")
    process = start()
    until(lambda: one_job(store, number).share > 0)
    assert worker.tell_dead(store) == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert worker.tell_dead(store) == [number]
    failed = one_job(store, number)
    assert (failed.state, [p.code for p in failed.problems]) == ("failed", ["job-interrupted"])
    again = ask_again(store, number)
    start()
    until(lambda: one_job(store, again).state == "running")
    stop_job(store, again)
    over(store, again)


def test_new_worker_tells_the_job_of_the_dead_one_by_itself(store, start):
    number = ask_job(store, "count_up", {"to": 1_000_000, "pause": "0.01"}, "anna")
    process = start()
    until(lambda: one_job(store, number).state == "running")
    process.kill()
    process.wait()
    start("--once")
    assert over(store, number).state == "failed"


def test_worker_that_was_told_as_dead_wrongly_does_not_overwrite_what_was_told(store):
    number = ask_job(store, "count_up", {"to": 1_000_000, "pause": "0.01"})
    taken = worker.take_job(store, "elsewhere:1:1")
    thread = threading.Thread(target=worker.do_job, args=(store, taken, "elsewhere:1:1"))
    thread.start()
    with store.writing() as connection:
        run(store, connection, "UPDATE job SET state = 'failed' WHERE number = ?", number)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert one_job(store, number).state == "failed"


def test_worker_of_another_machine_is_dead_after_fifteen_seconds_of_silence():
    assert worker.lives("elsewhere:1:1", 14)
    assert not worker.lives("elsewhere:1:1", 16)


def test_process_of_this_machine_is_known_by_its_number_and_its_beginning():
    here = worker.identity()
    assert here.startswith(f"{socket.gethostname()}:{os.getpid()}:")
    assert worker.lives(here, 60)
    assert not worker.lives(here, 3600)
    assert not worker.lives(here + "9", 0)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not worker.lives(f"{socket.gethostname()}:{gone.pid}:1", 0)


def test_worker_that_is_to_end_lets_its_job_stop_as_interrupted(store, target):
    number = ask_job(store, "count_up", {"to": 1_000_000, "pause": "0.01"})
    ending = threading.Event()
    thread = threading.Thread(target=worker.work, args=(target,), kwargs={"ending": ending})
    thread.start()
    until(lambda: one_job(store, number).state == "running")
    ending.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert [p.code for p in one_job(store, number).problems] == ["job-interrupted"]


def test_old_jobs_are_forgotten(store):
    old, new = ask_job(store, "count_up"), ask_job(store, "count_up")
    stop_job(store, old)
    later = store.clock() + timedelta(seconds=KEPT_SECONDS + 60)
    store.clock = lambda: later
    assert worker.take_job(store, "me").number == new
    assert [one.number for one in jobs(store)] == [new]


# --- by the clock ---------------------------------------------------------------------------------------------------


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHTLY = {"at": 150, "weekdays": "mon tue wed thu fri", "since": 0}


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        ("2026-03-02T02:29", "UTC", None),
        ("2026-03-02T02:30", "UTC", "2026-03-02"),
        ("2026-03-02T14:29", "UTC", "2026-03-02"),
        ("2026-03-02T14:31", "UTC", None),
        ("2026-03-07T02:30", "UTC", None),
        ("2026-03-02T01:30", "Europe/Berlin", "2026-03-02"),
        ("2026-03-02T12:00", "America/Los_Angeles", "2026-03-02"),
        ("2026-03-02T02:30", "No/Where", "2026-03-02"),
    ],
)
def test_job_is_due_at_its_time_in_the_zone_of_the_plant_on_its_days(now, zone, day):
    found = job_schedules.due_day(NIGHTLY, at(now), zone)
    expected = None if day is None else (datetime.fromisoformat(day).date() - job_schedules._EPOCH).days
    assert found == expected


def test_time_that_a_clock_change_skips_comes_once():
    schedule = {**NIGHTLY, "weekdays": "sun"}
    days = {
        job_schedules.due_day(schedule, at("2026-03-29T00:30") + timedelta(minutes=m), "Europe/Berlin")
        for m in range(120)
    }
    assert len(days - {None}) == 1


def test_what_was_due_before_the_schedule_was_made_is_not_made_up_for():
    since = int(at("2026-03-02T09:00").timestamp()) // 60
    assert job_schedules.due_day({**NIGHTLY, "since": since}, at("2026-03-02T09:01"), "UTC") is None
    assert job_schedules.due_day({**NIGHTLY, "since": since}, at("2026-03-03T02:31"), "UTC") is not None


def test_schedule_asks_once_a_day_however_many_look(store):
    store.clock = lambda: at("2026-03-02T01:00")
    given = {"name": "nightly", "kind": "count_up", "at": "02:30", "arguments": '{"to": 2}'}
    run_action(store, "schedule_job", given, "anna")
    assert job_schedules.ask_due(store) == []
    store.clock = lambda: at("2026-03-02T02:31")
    assert job_schedules.ask_due(store) == [1]
    assert job_schedules.ask_due(store) == []
    assert (one_job(store, 1).by, one_job(store, 1).schedule, one_job(store, 1).arguments["to"]) == (
        "anna",
        "nightly",
        2,
    )
    store.clock = lambda: at("2026-03-03T02:31")
    assert job_schedules.ask_due(store) == [2]
    run_action(store, "unschedule_job", {"name": "nightly"}, "anna")
    store.clock = lambda: at("2026-03-04T02:31")
    assert job_schedules.ask_due(store) == []


def test_worker_asks_for_what_is_due(store, target):
    now = store.clock()
    row = {"name": "daily", "kind": "count_up", "at": 0, "since": 0, "active": True}
    with store.begin("anna", "edit") as tx:
        tx.insert("setting", raw_frame(ENTITIES["setting"], [{"name": "time_zone", "value": zone_with_morning(now)}]))
        tx.insert("job_schedule", raw_frame(ENTITIES["job_schedule"], [row]))
    assert worker.work(target, once=True) == 1
    assert [one.schedule for one in jobs(store)] == ["daily"]


def zone_with_morning(now):
    """A zone in which it is between six and seven in the morning, so that midnight was a while ago."""
    return f"Etc/GMT{(now.hour - 6 + 12) % 24 - 12:+d}"


def test_odd_schedules_are_refused_with_all_faults(store):
    given = {"name": " ", "kind": "count_up", "at": "25:00", "weekdays": "mon,xyz", "arguments": "[1]"}
    with pytest.raises(ProblemError) as raised:
        run_action(store, "schedule_job", given, "anna")
    assert codes_of(raised) == ["job-schedule-wrong"] * 4
    with pytest.raises(ProblemError) as raised:
        run_action(store, "unschedule_job", {"name": "none"}, "anna")
    assert codes_of(raised) == ["job-schedule-missing"]


def test_a_stage_with_figures_puts_them_into_the_result_while_the_job_runs(store):
    number = ask_job(store, "count_up", {"to": 1}, "anna")
    me = worker.identity()
    assert worker.take_job(store, me) is not None
    with worker.Pulse(store, number, me, threading.Event()) as pulse:
        pulse.tell(Stage("searching", objective=2.0, bound=1.0), 0.5)
        found = until(lambda: (now := one_job(store, number)).result and now, "for the figures")
    assert (found.stage, found.result) == ("searching", {"objective": 2.0, "bound": 1.0})
