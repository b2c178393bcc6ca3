"""How instruction counts are read and judged."""

from instructions import own_cost, piece_of, problems, read, written

DUMP = """desc: Trigger: Client Request: unmask
ob=/bin/ours
fn=Mask
0 60
cob=/lib/libc.so.6
cfn=memcpy
calls=3 0
0 5000
0 7

ob=/lib/libc.so.6
fn=memcpy
0 5000

ob=/bin/ours
fn=Feed
12 33
totals: 5100
""".splitlines()


def test_counts_what_the_program_executed_itself():
    assert piece_of(DUMP) == "unmask"
    assert own_cost(DUMP, "/bin/ours") == 60 + 7 + 33


def test_reads_the_table_that_it_wrote():
    counts = {"unmask": 100, "a_piece_with_a_name_longer_than_its_column": 7}

    assert read(written(counts)) == counts


def test_lets_pass_what_is_near_the_table():
    assert not list(problems({"a": 1000, "b": 1000}, {"a": 1050, "b": 900}))


def test_names_the_piece_that_became_dearer_or_cheaper_and_by_how_much():
    dearer, cheaper = problems({"a": 1000, "b": 1000}, {"a": 1051, "b": 899})

    assert dearer.startswith("a: 1000 -> 1051 instructions (+5.1%): dearer")
    assert cheaper.startswith("b: 1000 -> 899 instructions (-10.1%): cheaper")


def test_names_a_piece_that_one_side_lacks():
    assert len(list(problems({"gone": 1}, {"new": 2}))) == 2
