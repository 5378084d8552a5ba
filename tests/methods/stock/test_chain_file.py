"""Tables of stages: read with their pairs at the end of a line, weighed service factors, and every fault at once."""

import numpy as np
import pytest

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import read_chain

HEAD = "stage_id,lead_time,max_s_time,cost_rate,risk_pool,ext_demand_mean,ext_demand_std,ext_demand_thres,up_stages\n"


def test_pairs_at_the_end_of_a_line_are_what_feeds_the_stage_and_how_much_of_it():
    read = read_chain(HEAD + "shop,3,5,7,,10,2.0,1.5,part,2,plate,1\npart,28,,12,2\nplate,9,,1,2,,,\n")
    assert read.names == ("shop", "part", "plate")
    assert list(zip(read.chain.source, read.chain.target, strict=True)) == [(1, 0), (2, 0)]
    assert read.chain.most_out.tolist() == [5, 28, 9]
    assert read.chain.bound.tolist() == [3, 6, 3]  # z sigma of the shop, and of what it takes


def test_each_stage_keeps_its_own_service_factor():
    read = read_chain(HEAD + "a,1,0,1,,1,2.0,1.5,\nb,1,0,1,,1,4.0,3,\n")
    assert np.allclose(read.chain.bound, [1.5 * 2, 3 * 4])


def test_faults_of_all_lines_are_told_together():
    with pytest.raises(ProblemError) as caught:
        read_chain(HEAD + "a,one,0,1,2,1,2.0,1.5,c,1\na,1,0,1,1,1,inf,3,\n")
    assert [(problem.key, problem.column) for problem in caught.value.problems] == [
        ("a", "lead_time"), ("a", "ext_demand_std"), ("a", "up_stages"), ("", "stage_id"), ("", "risk_pool"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "nothing here\nat all\n", HEAD])
def test_text_that_is_no_table_of_stages_is_told(text):
    with pytest.raises(ProblemError):
        read_chain(text)


def test_chain_that_nobody_asks_of_is_told():
    with pytest.raises(ProblemError, match="ext_demand_thres"):
        read_chain(HEAD + "a,1,,1,2\n")
