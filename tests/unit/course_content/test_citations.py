import pytest

from course_content.citations import citation_label, reference_html, references_section
from course_content.markdown import Setting
from course_content.model import Course, Reference


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Freeman, R. E. (1984). *Strategic Management*.", "Freeman, 1984"),
        ("Donaldson, T. et Preston, L. E. (1995). Théorie.", "Donaldson et Preston, 1995"),
        ("Donaldson, T., & Preston, L. E. (1995a). Théorie.", "Donaldson et Preston, 1995a"),
        ("Mitchell, R. K., Agle, B. R. et Wood, D. J. (1997).", "Mitchell\u00a0et\u00a0al., 1997"),
        ("ISO (2010). Lignes directrices.", "ISO, 2010"),
        ("Commission européenne. (2023). Règlement.", "Commission européenne, 2023"),
        ("Loi n° 2014-856 relative à l'ESS.", "4"),
    ],
)
def test_a_reference_is_cited_by_author_and_year_or_else_by_its_number(
    text: str, label: str
) -> None:
    assert citation_label(Reference("cle", text), 4, "fr") == label


def test_the_authors_are_joined_in_the_language_of_the_text() -> None:
    reference = Reference("cle", "Donaldson, T. et Preston, L. (1995). Theory.")
    assert citation_label(reference, 1, "en") == "Donaldson and Preston, 1995"


def test_a_label_of_its_own_comes_first() -> None:
    reference = Reference("cle", "Freeman, R. (1984).", label="Freeman, rééd. 2010")
    assert citation_label(reference, 1, "fr") == "Freeman, rééd. 2010"


def test_a_reference_leads_to_where_it_can_be_read() -> None:
    html = reference_html(
        Reference("cle", "*Titre*.", doi="10.1000/x", url="https://www.exemple.org/a"), "fr"
    )
    assert html.startswith("<em>Titre</em>. ")
    assert 'href="https://doi.org/10.1000/x">doi:10.1000/x<' in html
    assert 'href="https://www.exemple.org/a">exemple.org<' in html


def test_a_list_of_references_has_each_once_in_the_order_asked_for(every_kind: Course) -> None:
    setting = Setting("fr", scope="ici")
    html = references_section(every_kind, ["loi", "iso", "loi", "absente"], "Sources", setting)
    assert html.index('id="ref-ici-loi"') < html.index('id="ref-ici-iso"')
    assert html.count("<li ") == 2


def test_without_references_there_is_no_list(every_kind: Course) -> None:
    assert references_section(every_kind, [], "Sources", Setting("fr")) == ""
