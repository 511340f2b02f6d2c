"""Configuration: every option in TOML too, and a misspelling is answered with the nearest valid word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from normalize.config import DETECTORS, Config, FilterConfig, RunOptions, configure
from normalize.errors import PlanError
from normalize.stages.identify import detectors


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "normalize.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_options_override_the_file_and_the_file_overrides_defaults(tmp_path: Path) -> None:
    file = written(tmp_path, 'sources = ["tr"]\nbeam = 2\nworkers = 3\n[filter]\nmin_score = -1\n')
    config, run = configure(file, {"beam": 5})
    assert config.sources == ("tr",)
    assert config.beam == 5
    assert config.filter == FilterConfig(min_score=-1.0)
    assert run == RunOptions(workers=3)


def test_dashes_and_underscores_are_the_same_key(tmp_path: Path) -> None:
    config, _ = configure(written(tmp_path, 'text-field = "body"\n'))
    assert config.text_field == "body"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("workrs = 2", "did you mean 'workers'"),
        ("[filter]\nmin_scor = 1", "did you mean 'min_score'"),
        ('formats = ["tmz"]', "did you mean 'tmx'"),
        ('repair = "save"', "did you mean 'safe'"),
        ("beam = true", "beam: True is not a whole number"),
        ('beam = "four"', "beam: 'four' is not a whole number"),
        ("beam = 0", "out of range"),
        ("mbr = 33", "mbr: 33 is out of range"),
        ("mbr = true", "mbr: True is not a whole number"),
        ("workers = -1", "workers: -1 cannot be negative; 0 means automatic"),
        ("limit = -1", "limit: -1 cannot be negative; 0 means no limit"),
        ('workers = "2"', "workers: '2' is not a whole number"),
        ("resume = 1", "resume: 1 is not true or false"),
        ("restart = 1", "restart: 1 is not true or false"),
        ("restart = true\nresume = true", "resume: given twice"),
        ("sources = [1]", r"sources: \[1\] is not a list of words"),
        ("[filter]\nmax_chars = 1.5", "filter.max_chars: 1.5 is not a whole number"),
        ('memory = ""', "memory: empty; write auto"),
        ('memory = " "', "memory: empty; write auto"),
        ('memory = "atuo"', "did you mean 'auto'"),
        ('engine = "rai"', "did you mean 'ray'"),
        ('address = "auto"', "address: 'auto' is that of a Ray cluster; add --engine ray"),
        (
            'engine = "ray"\naddress = "atuo"',
            "address: 'atuo' is no address of a cluster; write auto",
        ),
        ('engine = "ray"\naddress = "ray://head:10001"', "is no address of a cluster"),
        ("dry-rum = true", "did you mean 'dry_run'"),
        ("file_from = 1", "did you mean 'files_from'"),
        ('form = "it"', "did you mean 'from'"),
        ("restrat = true", "did you mean 'restart'"),
        ("sources = []", "at least one language"),
        ('sources = ["italian"]', "ISO 639"),
        ('sources = ["en"]', "target language itself"),
        ("filter = 3", "filter: 3 is not a table"),
        ("not toml", "cannot be used as a configuration"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(PlanError, match=expected) as caught:
        configure(written(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path / 'normalize.toml'}: ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"absent\.toml"):
        configure(tmp_path / "absent.toml")


def test_every_field_of_the_result_can_be_set_by_an_option() -> None:
    names = {field.name for field in fields(Config)} | {field.name for field in fields(RunOptions)}
    defaults = {**Config().as_dict(), "workers": 0, "limit": 0, "resume": True, "quiet": False}
    defaults |= {"memory": "auto", "out": "", "files_from": "", "dry_run": False}
    defaults |= {"engine": "local", "address": ""}
    assert names == set(defaults)
    assert configure(None, defaults) == (Config(), RunOptions())


def test_the_digest_names_the_result_and_not_the_places_of_packages() -> None:
    assert Config().digest() == Config(packages=("elsewhere",)).digest()
    assert Config().digest() != Config(beam=1).digest()
    assert Config().digest() != Config(mbr=1).digest()
    assert Config().digest() != Config(filter=FilterConfig(min_score=-1.0)).digest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('detector = "defualt"', "did you mean 'default'"),
        ('encoding = "cp12545"', "did you mean 'cp1254'"),
        ('[filter]\ndrop_flags = ["lop"]', "did you mean 'loop'"),
        ("[filter]\nmin_score = nan", "filter.min_score: nan is out of range"),
        ("[filter]\nmax_chars = -4", "filter.max_chars: -4 is out of range"),
        ('text_field = ""', "text_field: empty"),
        ('from = "it"\nsources = "tr"', "sources: given twice"),
    ],
)
def test_values_are_checked_before_anything_is_read(
    tmp_path: Path, text: str, expected: str
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=expected) as caught:
        configure(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_a_file_may_use_the_names_of_the_options(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('from = "it"\nto = "en"\nmodels = ["a"]', encoding="utf-8")
    config, _ = configure(file)
    assert (config.sources, config.target, config.packages) == (("it",), "en", ("a",))


def test_detectors_known_here_are_those_of_the_stage() -> None:
    assert detectors.DETECTORS == DETECTORS


def test_words_named_twice_count_once_and_one_text_is_no_list() -> None:
    assert Config(sources=("it", "it")).sources == ("it",)
    with pytest.raises(PlanError, match="not one text"):
        Config(sources="it")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sources": "en"}, "--from: 'en' is the target language itself"),
        ({"beam": 99}, "--beam: 99 is out of range"),
        ({"mbr": -1}, "--mbr: -1 is out of range"),
        ({"text_field": ""}, "--text-field: empty"),
        ({"memory": ""}, "--memory: empty"),
        ({"filter": {"min_score": 1.0}}, "--min-score: 1.0 is out of range"),
    ],
)
def test_mistakes_in_options_name_the_option(options: dict[str, object], expected: str) -> None:
    with pytest.raises(PlanError) as caught:
        configure(None, options)
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    "address", ["", "auto", "head.example:6379", "10.0.0.1:6379", "[::1]:6379"]
)
def test_where_a_cluster_may_be(address: str) -> None:
    assert configure(None, {"engine": "ray", "address": address})[1].address == address


def test_options_of_a_table_leave_the_rest_of_the_file_s_table(tmp_path: Path) -> None:
    file = written(tmp_path, "[filter]\nmin_score = -1\nmax_chars = 10\n")
    config, _ = configure(file, {"filter": {"max_chars": 20}})
    assert config.filter == FilterConfig(min_score=-1.0, max_chars=20)


def test_what_the_command_line_alone_had_can_be_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'out = "o"\nfiles_from = "list.txt"\ndry_run = true\nrestart = true\n')
    run = RunOptions(out="o", files_from="list.txt", dry_run=True, resume=False)
    assert configure(file)[1] == run
    assert configure(file, {"dry_run": False, "out": "p"})[1].out == "p"


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert configure(written(tmp_path, "\ufeffbeam = 2\n"))[0].beam == 2


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Config(beam="4"), "beam: '4' is not a whole number"),  # type: ignore[arg-type]
        (lambda: Config(sources=None), "sources: None is not a list of words"),  # type: ignore[arg-type]
        (lambda: Config(encoding=None), "encoding: None is not a text"),  # type: ignore[arg-type]
        (lambda: Config(filter={}), "is not a table"),  # type: ignore[arg-type]
        (lambda: FilterConfig(drop_flags=("lop",)), "did you mean 'loop'"),
        (lambda: FilterConfig(min_score="x"), "filter.min_score: 'x' is not a number"),  # type: ignore[arg-type]
        (lambda: RunOptions(workers=None), "workers: None is not a whole number"),  # type: ignore[arg-type]
    ],
)
def test_values_of_the_wrong_type_are_refused_in_python_too(
    make: Callable[[], object], expected: str
) -> None:
    with pytest.raises(PlanError, match=expected):
        make()
