import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_content.inspection import inspect
from course_content.markdown import Setting, external_link, plain, render, render_inline
from course_content.sanitizer import sanitized

FRENCH = Setting("fr", citations=(("freeman1984", "Freeman, 1984"), ("iso", "ISO, 2010")))
NB, NNB = "&nbsp;", "\u202f"


class Elements(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def the(html: str, tag: str) -> dict[str, str | None]:
    (attributes,) = Elements(html).named(tag)
    return attributes


# Citations


def test_a_citation_shows_the_reference_and_where_in_it() -> None:
    assert render_inline("Ainsi [@freeman1984, p. 46].", FRENCH) == (
        'Ainsi (<span class="citation">Freeman, 1984</span>, p. 46).'
    )


def test_a_citation_leads_to_the_reference_where_there_is_a_list_of_them() -> None:
    setting = Setting("fr", citations=FRENCH.citations, scope="u-s", has_references=True)
    link = the(render("Ainsi [@iso].", setting), "a")
    assert link["href"] == "#ref-u-s-iso"
    assert link["role"] == "doc-biblioref"


def test_several_citations_share_their_brackets() -> None:
    text = render_inline("[@freeman1984 ; @iso, ch. 2]", FRENCH)
    assert re.sub("<[^>]+>", "", text) == f"(Freeman, 1984{NNB}; ISO, 2010, ch. 2)"


def test_a_bracket_that_only_looks_like_a_citation_stays_as_it_is() -> None:
    assert render_inline("[@ pas une clé]", FRENCH) == "[@ pas une clé]"


def test_a_reference_label_is_no_markup() -> None:
    setting = Setting("fr", citations=(("k", "<b>A & B</b>"),))
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in render("[@k]", setting)


# Typography


def test_french_care_is_taken_of_words_but_not_of_code_nor_addresses() -> None:
    html = render("Quoi ? `a ? b` <https://exemple.org/?a:b> ; *voilà* !", FRENCH)
    assert f"Quoi{NNB}?" in html
    assert "<code>a ? b</code>" in html
    assert ">https://exemple.org/?a:b<" in html
    assert f"</em>{NNB}!" in html


def test_a_foreign_word_is_marked_and_keeps_its_own_typography() -> None:
    html = render("Le mot [stakeholder: who?]{lang=en} : oui.", FRENCH)
    assert '<span lang="en">stakeholder: who?</span>' in html
    assert f"{NB}: oui" in html


def test_a_span_takes_no_other_attribute() -> None:
    html = render('[mot]{lang=en .classe #ancre onclick="x" style="y"}', FRENCH)
    assert the(html, "span") == {"lang": "en"}


# Figures, tables, callouts, definitions, notes


def test_an_image_alone_in_its_paragraph_is_a_figure_with_its_caption() -> None:
    html = render('![Deux : cercles](media/c.svg "Un *croisement* [@iso]")', FRENCH)
    assert html.startswith("<figure ")
    figure = the(html, "figure")
    assert figure["role"] == "figure"
    assert figure["aria-label"].startswith("Un croisement (")
    image = the(html, "img")
    assert image["src"] == "media/c.svg"
    assert image["alt"] == "Deux\u00a0: cercles"
    assert "title" not in image
    assert "<figcaption>Un <em>croisement</em> (" in html


def test_a_figure_without_caption_has_none() -> None:
    html = render("![Deux cercles](media/c.svg)", FRENCH)
    assert "<figure>" in html
    assert "figcaption" not in html


def test_an_image_among_words_is_no_figure() -> None:
    html = render("Voici ![un cercle](media/c.svg) rond.", FRENCH)
    assert "<figure" not in html
    assert the(html, "img")["alt"] == "un cercle"


def test_media_are_found_where_the_delivery_keeps_them() -> None:
    setting = Setting("fr", media_base="/content/cours/media/")
    html = render("![a](media/c.svg) et [fiche](media/f.pdf)", setting)
    assert the(html, "img")["src"] == "/content/cours/media/c.svg"
    assert the(html, "a")["href"] == "/content/cours/media/f.pdf"


def test_a_wide_table_can_be_scrolled_with_the_keyboard_and_says_what_it_is() -> None:
    html = render("## Les acteurs\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n", FRENCH)
    region = the(html, "div")
    assert region["tabindex"] == "0"
    assert region["aria-label"] == "Tableau 1\u00a0: Les acteurs"
    assert [cell["scope"] for cell in Elements(html).named("th")] == ["col", "col"]
    assert Elements(html).named("td")[1] == {"class": "align-right"}
    assert "style" not in html


def test_under_an_empty_corner_the_first_cells_are_the_headers_of_their_rows() -> None:
    html = render("|   | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n|   | 4 | 5 |\n", FRENCH)
    assert [cell["scope"] for cell in Elements(html).named("th")] == ["col", "col", "row"]
    assert len(Elements(html).named("td")) == 6


def test_where_the_corner_has_a_name_the_first_cells_are_cells() -> None:
    html = render("| a | b |\n|---|---|\n| 1 | 2 |\n", FRENCH)
    assert [cell["scope"] for cell in Elements(html).named("th")] == ["col", "col"]


def test_tables_without_heading_are_told_apart_by_their_number() -> None:
    table = "| a |\n|---|\n| 1 |\n"
    html = render(f"{table}\n\n{table}", FRENCH)
    labels = [region["aria-label"] for region in Elements(html).named("div")]
    assert labels == ["Tableau 1", "Tableau 2"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("retenir", "À retenir"),
        ("exemple", "Exemple"),
        ("definition", "Définition"),
        ("attention", "Attention"),
        ("exercice", "Exercice"),
        ("fiche", "Fiche"),
    ],
)
def test_a_callout_says_its_kind_to_eye_and_ear(name: str, label: str) -> None:
    html = render(f"::: {name}\nUn *mot*.\n:::\n", FRENCH)
    callout = the(html, "aside")
    assert callout["class"] == f"callout callout-{name}"
    assert callout["aria-label"] == label
    assert f">{label}</span></p>" in html
    assert "<em>mot</em>" in html


def test_a_callout_may_have_a_title_of_its_own() -> None:
    html = render("::: retenir Trois & attributs\nBref.\n:::\n", FRENCH)
    assert the(html, "aside")["aria-label"] == "À retenir\u00a0: Trois & attributs"
    assert "Trois &amp; attributs</span>" in html


def test_a_callout_speaks_english_in_an_english_text() -> None:
    html = render("::: retenir\nIn short.\n:::\n", Setting("en"))
    assert the(html, "aside")["aria-label"] == "Key point"


def test_a_language_without_words_of_its_own_gets_english_ones() -> None:
    assert (
        the(render("::: exemple\nZum Beispiel.\n:::\n", Setting("de")), "aside")["aria-label"]
        == "Example"
    )


def test_definition_lists_are_there() -> None:
    html = render("Terme\n: Sa définition\n", FRENCH)
    assert "<dt>Terme</dt>" in html
    assert "<dd>Sa définition</dd>" in html


def test_a_note_leads_to_its_text_and_back() -> None:
    setting = Setting("fr", scope="unite-page")
    html = render("Un mot[^1], encore[^1].\n\n[^1]: La note.\n", setting)
    links = Elements(html).named("a")
    ids = {attributes["id"] for _tag, attributes in Elements(html).seen if "id" in attributes}
    assert [link["href"] for link in links[:2]] == ["#fn-unite-page-1"] * 2
    assert all(str(link["href"])[1:] in ids for link in links)
    assert links[0]["aria-label"] == "Note 1"
    assert links[-1]["aria-label"] == "Retour à l’appel de note 1"


def test_notes_of_two_texts_in_a_page_do_not_collide() -> None:
    text = "Un mot[^1].\n\n[^1]: La note.\n"
    one, other = (render(text, Setting("fr", scope=scope)) for scope in ("a", "b"))
    ids = [re.findall(r' id="([^"]+)"', html) for html in (one, other)]
    assert set(ids[0]).isdisjoint(ids[1])


def test_the_first_heading_level_is_left_to_the_step() -> None:
    html = render("# Un\n\n## Deux\n\n### Trois\n", FRENCH)
    assert html == "<h2>Un</h2>\n<h2>Deux</h2>\n<h3>Trois</h3>\n"


# Links


def test_a_link_to_a_step_becomes_an_address_of_the_player() -> None:
    assert the(render("[voir](metier-sim/lecon)", FRENCH), "a") == {"href": "#/metier-sim/lecon"}


def test_a_link_out_of_the_course_is_marked_and_opens_beside_it() -> None:
    html = render("[le site](https://exemple.org/a?b=c&d)", FRENCH)
    link = the(html, "a")
    assert link["href"] == "https://exemple.org/a?b=c&d"
    assert link["target"] == "_blank"
    assert {"external", "noopener", "noreferrer"} <= set(str(link["rel"]).split())
    assert '<span class="visually-hidden"> (nouvelle fenêtre)</span></a>' in html


def test_a_link_made_elsewhere_is_escaped() -> None:
    html = external_link('https://exemple.org/"><script>', "<b>", "fr")
    assert "<script" not in html
    assert "&lt;b&gt;" in html


def test_an_address_for_mail_stays() -> None:
    html = render("[écrire](mailto:quelqu.un@exemple.org)", FRENCH)
    assert the(html, "a") == {"href": "mailto:quelqu.un@exemple.org"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//exemple.org/x",
        "/api/state",
        "../autre",
        "#/unite/etape",
        "media/../course.yaml",
        "blob:https://exemple.org/x",
    ],
)
def test_any_other_address_is_dropped(address: str) -> None:
    html = render(f"[voir](<{address}>) ![image](<{address}>)", FRENCH)
    assert "href" not in html
    assert "src" not in html


# Hostile HTML


@pytest.mark.parametrize(
    "raw",
    [
        "<script>alert(1)</script>",
        "<style>body{display:none}</style>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\nscript:alert(1)">x</a>',
        '<svg onload="alert(1)"><script>alert(1)</script></svg>',
        '<iframe src="https://exemple.org"></iframe>',
        '<form action="https://exemple.org"><input name="q"></form>',
        '<p style="position:fixed">x</p>',
        '<base href="https://exemple.org/">',
        '<meta http-equiv="refresh" content="0;url=https://exemple.org">',
        '<link rel="stylesheet" href="https://exemple.org/x.css">',
        '<img src="https://exemple.org/pixel.gif">',
        '<img src="//exemple.org/pixel.gif">',
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<div id="boot">{}</div>',
        '<p class="save-status">Enregistré</p>',
        '<p role="alert" tabindex="3">x</p>',
    ],
)
def test_hostile_html_comes_out_harmless(raw: str) -> None:
    for html in (render(f"Avant\n\n{raw}\n\naprès {raw}", FRENCH), sanitized(raw)):
        assert_harmless(html)


ALLOWED_TAGS = {
    *("a", "abbr", "aside", "blockquote", "br", "cite", "code", "dd", "div", "dl", "dt", "em"),
    *("figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "img", "kbd", "li", "mark"),
    *("ol", "p", "pre", "q", "samp", "section", "small", "span", "strong", "sub", "sup"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul", "var", "wbr"),
}
ADDRESS = re.compile(r"https?://|mailto:|#/|#fn|#ref-|media/")


def assert_harmless(html: str) -> None:
    for tag, attributes in Elements(html).seen:
        assert tag in ALLOWED_TAGS
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            assert name != "href" or ADDRESS.match(str(value))
            assert name != "src" or str(value).startswith("media/")
            assert name != "id" or re.match(r"fn(ref)?-|ref-", str(value))
            assert name != "class" or "save-status" not in str(value)
            assert name != "role" or value in ("note", "group") or str(value).startswith("doc-")
            assert name != "tabindex" or value == "0"


HTML_PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "<script>",
                "</script>",
                "<img src=",
                "<a href=",
                "javascript:",
                "onerror=",
                '"',
                "'",
            ),
            *(">", "<", "<svg>", "<math>", "<style>", "</style>", "<!--", "-->", "x", " ", "\n"),
            *(
                "<iframe",
                "<p ",
                "style=",
                "&#106;",
                "\x00",
                "`",
                "[a](",
                ")",
                "![",
                "](",
                ":::",
                "|",
            ),
            *(
                "<![CDATA[",
                "]]>",
                "<noscript>",
                "<template>",
                "//e.org",
                "data:text/html,",
                "{lang=",
            ),
        ]
    ),
    max_size=25,
).map("".join)


@given(HTML_PIECES)
def test_nothing_that_can_be_written_gets_a_script_or_a_handler_through(text: str) -> None:
    assert_harmless(render(text, FRENCH))
    assert_harmless(render_inline(text, FRENCH))


@given(st.text(max_size=200))
def test_any_text_can_be_inspected(text: str) -> None:
    for found in inspect(text).found:
        assert 0 <= found.line <= text.count("\n") + text.count("\r") + 1


def test_harmless_html_may_stay() -> None:
    html = render(
        'CO<sub>2</sub>, <abbr title="Économie sociale">ESS</abbr>, <kbd>Tab</kbd>', FRENCH
    )
    assert "<sub>2</sub>" in html
    assert '<abbr title="Économie sociale">ESS</abbr>' in html
    assert "<kbd>Tab</kbd>" in html


def test_a_title_is_told_in_plain_words() -> None:
    assert plain("Le *métier* : `qui` & ![image](x) [où](a/b) ?", "fr") == (
        f"Le métier\u00a0: qui & image où{NNB}?"
    )
