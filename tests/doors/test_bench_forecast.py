"""``plantwright bench forecast``: a block of lines a period, one JSON object, and all faults of all files."""

import pytest

ROWS = [
    "A,QUARTERLY," + ";".join(str(10 + 3 * (k % 4) + k) for k in range(24)) + ",35;39;43;47",
    "B,YEARLY,5;6;5;7;8;7;9;10;9;11,11;12",
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("\n".join(["id,period,train,test", *ROWS]) + "\n")
    return path


def test_json_has_series_seconds_and_means_by_period_and_in_all(run, file):
    answer = run("bench", "forecast", file, "--json").json
    assert answer["series"] == 2
    assert answer["seconds"] > 0
    assert [answer[name]["series"] for name in ("quarterly", "yearly", "all")] == [1, 1, 2]
    assert {"smape", "mase", "coverage_80", "coverage_95", "methods", "series"} == set(answer["all"])
    assert list(answer["all"]["methods"]) == ["naive", "seasonal-naive", "ses", "holt", "damped", "theta"]
    assert answer["quarterly"]["smape"] < answer["quarterly"]["methods"]["naive"]["smape"]
    halves = [answer[name]["mase"] for name in ("quarterly", "yearly")]
    assert answer["all"]["mase"] == pytest.approx(sum(halves) / 2)


def test_people_get_a_line_a_period_and_method(run, file):
    lines = run("bench", "forecast", file, "--alone").out.splitlines()
    names = [[name, "Plantwright"] for name in ("quarterly", "yearly", "all")]
    assert [line.split()[:2] for line in lines[1:4]] == names
    assert lines[4].startswith("2 series in ")


def test_all_faults_of_all_files_are_told(run, file, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("id,period,train,test\nA,YEARLY,1;x,2\n")
    answer = run("bench", "forecast", file, bad, tmp_path / "none.csv", "--json")
    assert answer.status == 1
    assert [problem["code"] for problem in answer.json["problems"]] == ["series-cell", "instance-unreadable"]
