"""What people and their jobs are refused."""

from provokes import new_store, provokes, raised

from plantwright.core.access import Person, change_password, first_link, set_own, sign_in, use_first_link
from plantwright.core.access.passwords import faults_of
from plantwright.core.access.signing import memory
from plantwright.core.action import run_action
from plantwright.core.jobs import JOBS, ask_job, job, one_job, stop_job
from plantwright.core.worker import do_job, take_job, tell_dead
from plantwright.flows.catalog import load_actions
from plantwright.flows.exchange import import_files
from plantwright.flows.jobs import import_upload

load_actions()
SECRET = "correct horse battery"  # noqa: S105 - of an example


def _with_anna(folder):
    """Give a plant whose administrator is anna."""
    store = new_store(folder)
    use_first_link(store, first_link(store), "anna", SECRET)
    return store


def _act(folder, name, /, **arguments):
    with _with_anna(folder) as store:
        return raised(lambda: run_action(store, name, arguments, "anna"))


@provokes("not-allowed")
def not_allowed(folder):
    return raised(lambda: Person("bob", frozenset({"read:*"})).must("write:item"))


@provokes("password-must-change")
def password_must_change(folder):
    return raised(lambda: Person("bob", frozenset({"*"}), must_change=True).must("read:item"))


@provokes("own-setting-too-long")
def own_setting_too_long(folder):
    with new_store(folder) as store:
        return raised(lambda: set_own(store, "bob", "table:stock", "x" * 30_000))


@provokes("sign-in-refused")
def sign_in_refused(folder):
    with _with_anna(folder) as store:
        return raised(lambda: sign_in(store, "anna", "wrong password"))


@provokes("sign-in-too-many")
def sign_in_too_many(folder):
    with new_store(folder) as store:
        now = int(store.clock().timestamp())
        return raised(lambda: [memory(store).note_try("192.0.2.1", now) for _ in range(31)])


@provokes("password-weak")
def password_weak(folder):
    return faults_of("password123", "anna")


@provokes("password-old-wrong")
def password_old_wrong(folder):
    with _with_anna(folder) as store:
        return raised(lambda: change_password(store, "anna", "wrong password", "three green bottles"))


@provokes("password-same")
def password_same(folder):
    with _with_anna(folder) as store:
        return raised(lambda: change_password(store, "anna", SECRET, SECRET))


@provokes("first-link-spent")
def first_link_spent(folder):
    with _with_anna(folder) as store:
        return raised(lambda: use_first_link(store, "an old link", "eve", SECRET))


@provokes("access-name")
def access_name(folder):
    return _act(folder, "make_user", name="a b")


@provokes("user-exists")
def user_exists(folder):
    return _act(folder, "make_user", name="anna")


@provokes("user-missing")
def user_missing(folder):
    return _act(folder, "set_password", user="bob")


@provokes("last-administrator")
def last_administrator(folder):
    return _act(folder, "deactivate", user="anna")


@provokes("right-wrong")
def right_wrong(folder):
    return _act(folder, "set_role", name="keeper", rights=["read item"])


@provokes("token-days")
def token_days(folder):
    return _act(folder, "add_token", user="anna", name="erp", rights=["read:*"], days=0)


@provokes("webhook-address")
def webhook_address(folder):
    return _act(folder, "set_webhook", name="erp", url="example.com")


@provokes("access-missing")
def access_missing(folder):
    return _act(folder, "delete_role", name="keeper")


@provokes("job-unknown")
def job_unknown(folder):
    with new_store(folder) as store:
        return raised(lambda: ask_job(store, "fly"))


@provokes("job-missing")
def job_missing(folder):
    with new_store(folder) as store:
        return raised(lambda: one_job(store, 7))


@provokes("job-over")
def job_over(folder):
    with new_store(folder) as store:
        number = ask_job(store, "plan")
        stop_job(store, number)
        return raised(lambda: stop_job(store, number))


@provokes("job-interrupted")
def job_interrupted(folder):
    with new_store(folder) as store:
        number = ask_job(store, "plan")
        take_job(store, "elsewhere:1:1")
        now = store.clock()
        store.clock = lambda: now.replace(year=now.year + 1)  # no sign of life for a year
        tell_dead(store)
        return list(one_job(store, number).problems)


@provokes("job-broken")
def job_broken(folder):
    job(name="divide", help="Divides by nothing")(lambda store, by, tell: 1 // 0)
    with new_store(folder) as store:
        number = ask_job(store, "divide")
        do_job(store, take_job(store, "me"), "me")
        del JOBS["divide"]
        return list(one_job(store, number).problems)


@provokes("job-schedule-wrong")
def job_schedule_wrong(folder):
    return _act(folder, "schedule_job", name="nightly", kind="plan", at="25:00")


@provokes("job-schedule-missing")
def job_schedule_missing(folder):
    return _act(folder, "unschedule_job", name="nightly")


@provokes("upload-missing")
def upload_missing(folder):
    with new_store(folder) as store:
        return raised(lambda: import_upload(store, "anna", lambda stage, share: None, "items.csv"))


@provokes("mapping-foreign")
def mapping_foreign(folder):
    with new_store(folder) as store:
        return raised(lambda: import_upload(store, "anna", lambda stage, share: None, "items.csv", "../mine"))


@provokes("table-not-allowed")
def table_not_allowed(folder):
    (folder / "item.csv").write_text("code,kind\nC,buy\n", encoding="utf-8")
    with new_store(folder) as store:
        return list(import_files(store, folder / "item.csv", by="bob", may_write=lambda table: False).problems)
