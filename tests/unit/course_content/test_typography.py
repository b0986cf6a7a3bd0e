import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_content.typography import typographic

NB, NNB = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Attention : danger", f"Attention{NB}: danger"),
        ("Attention: danger", f"Attention{NB}: danger"),
        ("Quoi ?", f"Quoi{NNB}?"),
        ("Quoi?", f"Quoi{NNB}?"),
        ("Quoi ?!", f"Quoi{NNB}?!"),
        ("Oui ; non", f"Oui{NNB}; non"),
        ("Bravo!", f"Bravo{NNB}!"),
        ("« oui »", f"«{NB}oui{NB}»"),
        ("«oui»", f"«{NB}oui{NB}»"),
        ("« oui » ?", f"«{NB}oui{NB}»{NNB}?"),
        ("«oui?»", f"«{NB}oui{NNB}?{NB}»"),
        (f"déjà{NB}: bien{NNB}!", f"déjà{NB}: bien{NNB}!"),
        (f"fine{NB}!", f"fine{NNB}!"),
        ("25 % et 3 €", f"25{NB}% et 3{NB}€"),
        ("l’ODD n° 17, à 9 h 30", f"l’ODD n°{NB}17, à 9{NB}h 30"),
        ("200 000 € en 2024", f"200{NNB}000{NB}€ en 2024"),
        ("l'eau et aujourd'hui", "l’eau et aujourd’hui"),
    ],
)
def test_french_text_gets_its_spaces_and_apostrophes(typed: str, set_: str) -> None:
    assert typographic(typed, "fr") == set_


@pytest.mark.parametrize(
    "text",
    [
        "https://exemple.org/a?b=c;d#e!f",
        "à 10:30",
        "un rapport de 1:2",
        "(?)",
        "rock 'n' roll",
        "std::vector",
    ],
)
def test_what_is_no_punctuation_of_a_sentence_is_left_alone(text: str) -> None:
    assert typographic(text, "fr") == text


def test_other_languages_are_left_alone() -> None:
    assert typographic("Really? « No »: it's", "en") == "Really? « No »: it's"


def test_a_region_does_not_hide_that_the_language_is_french() -> None:
    assert typographic("Quoi ?", "fr-CA") == f"Quoi{NNB}?"


SENTENCES = st.text(alphabet="ab1éÉ :;?!«»'’%€()…\u00a0\u202f\u2009\t/\n", max_size=30)


@given(SENTENCES)
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    once = typographic(text, "fr")
    assert typographic(once, "fr") == once


@given(SENTENCES)
def test_only_spaces_and_apostrophes_change(text: str) -> None:
    def bare(words: str) -> str:
        return "".join(words.split()).replace("’", "'")

    assert bare(typographic(text, "fr")) == bare(text)
