"""Series that cannot be forecast, and files of series that cannot be read."""

from provokes import provokes, raised

from plantwright.instances.series import read_series
from plantwright.methods.forecasting import forecast


@provokes("series-empty")
def series_empty(folder):
    return raised(lambda: forecast([1.0, 2.0, float("nan")], [0, 2, 3]))


@provokes("series-value")
def series_value(folder):
    return raised(lambda: forecast([1.0, float("inf"), 3.0], [0, 3]))


def _read(folder, text):
    (folder / "sales.csv").write_text(text)
    return raised(lambda: read_series(folder / "sales.csv"))


@provokes("series-columns")
def series_columns(folder):
    return _read(folder, "item,sold\nA,5\n")


@provokes("series-period")
def series_period(folder):
    return _read(folder, "id,train,test\nA,1;2;3,4\n")


@provokes("series-cell")
def series_cell(folder):
    return _read(folder, "id,period,train,test\nA,MONTHLY,1;two;3,4\n")
