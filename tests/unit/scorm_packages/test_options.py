import pytest

from scorm_packages.options import OptionError, Options


def test_the_usual_choices_are_those_of_one_piece_and_a_pass_mark():
    assert Options().of(frozenset(Options.declared())) == {
        "language": None,
        "structure": "module",
        "outline": "yes",
        "completion": "quiz",
        "mastery": 60.0,
        "statuses": "passed-failed",
        "links": None,
        "licence": None,
    }


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("language", "français", "such as fr"),
        ("structure", "chapters", "one of module, units"),
        ("completion", "all", "one of pages, quiz, both"),
        ("mastery", "much", "from 0 to 100"),
        ("mastery", True, "from 0 to 100"),
        ("mastery", -1, "from 0 to 100"),
        ("mastery", [60], "from 0 to 100"),
        ("statuses", "failed-passed", "one of passed-failed"),
        ("links", "http://arrimage.example", "such as https://"),
        ("links", "https://arrimage.example/?a=1", "such as https://"),
    ],
)
def test_a_choice_that_cannot_be_says_what_can(name, value, remedy):
    with pytest.raises(OptionError, match=remedy) as raised:
        Options(**{name: value})
    assert raised.value.name == name


@pytest.mark.parametrize("value", [None, "none"])
def test_nobody_passes_or_fails_without_a_mastery_score(value):
    assert Options(mastery=value).mastery is None


def test_choices_change_one_by_one():
    changed = Options(mastery=80).but({"structure": "units"})
    assert (changed.mastery, changed.structure) == (80, "units")


def test_an_option_that_there_is_not_is_named():
    with pytest.raises(OptionError, match="no such option") as raised:
        Options().but({"colour": "red"})
    assert raised.value.name == "colour"


def test_a_format_sees_only_the_options_that_mean_something_to_it():
    assert Options(mastery=80).of(frozenset({"language"})) == {"language": None}


@pytest.mark.parametrize(
    ("said", "meant"), [(True, "yes"), (False, "no"), ("yes", "yes"), ("no", "no")]
)
def test_a_profile_may_say_yes_and_no_as_toml_does(said, meant):
    assert Options(outline=said).outline == meant


def test_an_outline_is_there_or_is_not():
    with pytest.raises(OptionError, match="one of yes, no"):
        Options(outline="maybe")
