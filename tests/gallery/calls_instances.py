"""Files of published instances that cannot be read, and schedules of them that break a rule."""

from provokes import provokes, raised

from plantwright.instances import instance_of, read_best_known, read_instance
from plantwright.methods.scheduling.exact import solve_exact
from plantwright.methods.scheduling.project import build_project
from plantwright.methods.scheduling.projects import solve_project
from plantwright.methods.scheduling.search.objective import Objective


@provokes("instance-format")
def instance_format(folder):
    return raised(lambda: instance_of("Dear reader,\nthis is a letter.", "letter"))


@provokes("instance-number")
def instance_number(folder):
    return raised(lambda: instance_of("2 2\n0 3 5 2\n1 2 0 4", "machine-5-of-2"))


@provokes("instance-length")
def instance_length(folder):
    return raised(lambda: instance_of("3 2\n0 3 1 2\n1 2 0 4", "third-job-missing"))


@provokes("instance-structure")
def instance_structure(folder):
    return raised(lambda: instance_of('{"machines": 2, "families": "five"}', "shop"))


@provokes("instance-unreadable")
def instance_unreadable(folder):
    return raised(lambda: read_instance(folder / "ft06.txt"))


@provokes("best-known-row")
def best_known_row(folder):
    (folder / "best_known.csv").write_text("instance,value\nft06,fifty-five\n")
    return raised(lambda: read_best_known(folder / "best_known.csv"))


@provokes("shop-not-exact")
def shop_not_exact(folder):
    shop = instance_of("2 2\n0 3 1 2\n1 2 0 4", "tiny").shop
    return raised(lambda: solve_exact(shop, objective=Objective.of("earliness")))


@provokes("project-without-modes")
def project_without_modes(folder):
    project = build_project(mode_minutes=[1], demand=[[1]], capacity=[1], consumption=[[2]], stock=[1])
    return raised(lambda: solve_project(project, iterations=10))
