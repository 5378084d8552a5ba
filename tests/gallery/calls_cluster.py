"""A cluster that is asked for and cannot be had."""

import sys

from provokes import provokes, raised

from plantwright.flows.forecasting.cluster import on_cluster


@provokes("cluster-not-there")
def cluster_not_there(folder):
    return raised(lambda: on_cluster("nowhere").__enter__())


@provokes("cluster-not-installed")
def cluster_not_installed(folder):
    there = sys.modules.get("distributed")
    sys.modules["distributed"] = None  # as where it is not installed
    try:
        return raised(lambda: on_cluster("tcp://127.0.0.1:8786").__enter__())
    finally:
        sys.modules.pop("distributed")
        if there is not None:
            sys.modules["distributed"] = there
