"""Course Markdown to HTML that is safe to put in a page.

CommonMark with tables, footnotes, definition lists, ``[word]{lang=en}`` spans,
``[@key]`` citations, figures and callouts. A course file is not trusted: what
comes out has passed through a sanitiser that knows only the elements, attributes
and addresses that a course needs.

:func:`inspect` tells, without rendering, what a text cites, shows and links to, and
where, so that the loader can check it against the rest of the course.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from course_content.typography import typographic
from course_content.wording import CALLOUTS, wording

Environment = MutableMapping[str, Any]

MEDIA_NAME = re.compile(r"media/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})")
STEP_LINK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
EXTERNAL_LINK = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
MAIL_LINK = re.compile(r"mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)

RAW_ELEMENTS: Final = frozenset(
    {"abbr", "br", "cite", "kbd", "mark", "q", "samp", "small", "sub", "sup", "var", "wbr"}
)
"""The HTML elements that may be written as such in a course file."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a text needs to know of its surroundings to be rendered.

    ``media_base`` replaces ``media/`` in addresses. ``citations`` maps each
    reference key to its short label, such as ``Freeman, 1984``. ``scope`` makes ids
    unique in a document that holds several texts. ``has_references`` says that the
    references stand under the same scope, so that citations can lead there.
    """

    language: str
    media_base: str = "media/"
    citations: tuple[tuple[str, str], ...] = ()
    scope: str = ""
    has_references: bool = False


# --- Citations -----------------------------------------------------------------------------

_CITED = re.compile(r"@(?P<key>[A-Za-z0-9][A-Za-z0-9_-]*)(?:,\s*(?P<locator>[^;\]]+))?")
_CITATION = re.compile(r"\[(?P<cited>@[^\[\]]+)\]")


def _citation_rule(state: StateInline, silent: bool) -> bool:
    """Read ``[@key, p. 12; @other]``."""
    found = _CITATION.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    entries = [_CITED.fullmatch(entry.strip()) for entry in found["cited"].split(";")]
    if not all(entries):
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {
            "entries": [
                (entry["key"], (entry["locator"] or "").strip()) for entry in entries if entry
            ]
        }
    state.pos = found.end()
    return True


def reference_id(scope: str, key: str) -> str:
    """Return the id of a reference in the list that belongs to a scope."""
    return f"ref-{scope}-{key}"


def _render_citation(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    setting: Setting = env["setting"]
    labels = dict(setting.citations)
    cited = []
    for key, locator in tokens[index].meta["entries"]:
        label = escape(labels.get(key, key))
        link = f'<span class="citation">{label}</span>'
        if setting.has_references:
            target = reference_id(setting.scope, key)
            link = f'<a class="citation" role="doc-biblioref" href="#{target}">{label}</a>'
        where = typographic(locator, setting.language)
        cited.append(f"{link}, {escape(where)}" if where else link)
    return f"({typographic(' ; ', setting.language).join(cited)})"


# --- What happens to the tokens before they are rendered -----------------------------------


def _inlines(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    for token in tokens:
        if token.type == "inline" and token.children:
            yield token.children


def _typeset(children: Sequence[Token], language: str) -> None:
    """Fix the text tokens, but neither addresses shown as such nor words in another language."""
    languages = [language]
    in_address = False
    for token in children:
        match token.type:
            case "span_open":
                languages.append(str(token.attrGet("lang") or languages[-1]))
            case "span_close":
                languages.pop()
            case "link_open" | "link_close":
                in_address = token.nesting == 1 and token.info == "auto"
            case "image":
                _typeset(token.children or [], languages[-1])
            case "text" if not in_address:
                token.content = typographic(token.content, languages[-1])


def _typography(state: StateCore) -> None:
    setting: Setting | None = state.env.get("setting")
    if setting is not None:
        for children in _inlines(state.tokens):
            _typeset(children, setting.language)


def _figures(state: StateCore) -> None:
    """Make a figure of an image that is alone in its paragraph."""
    for index, token in enumerate(state.tokens[:-2]):
        if token.type != "paragraph_open":
            continue
        children = state.tokens[index + 1].children or []
        if len(children) != 1 or children[0].type != "image":
            continue
        close = state.tokens[index + 2]
        for edge in (token, close):
            edge.type = edge.type.replace("paragraph", "figure")
            edge.tag = "figure"
            edge.hidden = False
        close.meta = {"caption": children[0].attrs.pop("title", "")}


def _headings(state: StateCore) -> None:
    """Leave the first level to the step's own title, and tell each table what it stands under."""
    heading = ""
    tables = 0
    for index, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open":
            heading = _plain(state.tokens[index + 1].children or [])
        elif token.type == "table_open":
            tables += 1
            token.meta = {"number": tables, "heading": heading}


def link_kind(target: str) -> str | None:
    """Return ``step``, ``external``, ``mail`` or ``media``; ``None`` for any other address."""
    for kind, pattern in (
        ("step", STEP_LINK),
        ("external", EXTERNAL_LINK),
        ("mail", MAIL_LINK),
        ("media", MEDIA_NAME),
    ):
        if pattern.fullmatch(target) and not (kind == "step" and target.startswith("media/")):
            return kind
    return None


def _away(token: Token) -> None:
    token.attrSet("class", "external")
    token.attrSet("rel", "external noopener noreferrer")
    token.attrSet("target", "_blank")


def _download(token: Token) -> None:
    token.attrSet("class", "download")
    token.attrSet("target", "_blank")


def _settle_link(token: Token, media_base: str) -> bool:
    """Give a link its final address; return whether it opens another window."""
    target = str(token.attrs.pop("href", ""))
    kind = link_kind(target)
    if kind is None:
        return False
    if kind == "step":
        target = f"#/{target}"
    elif kind == "media":
        target = media_base + target.removeprefix("media/")
        _download(token)
    elif kind == "external":
        _away(token)
    token.attrSet("href", target)
    return kind in ("external", "media")


def _links(state: StateCore) -> None:
    setting: Setting | None = state.env.get("setting")
    if setting is None:
        return
    for token in state.tokens:
        if token.type != "inline" or not token.children:
            continue
        settled: list[Token] = []
        leaves = False
        for child in token.children:
            if child.type == "link_open":
                leaves = _settle_link(child, setting.media_base)
            elif child.type == "link_close" and leaves:
                settled.append(Token("new_window", "", 0))
                leaves = False
            settled.append(child)
        token.children = settled


# --- Rendering rules -----------------------------------------------------------------------


def _plain(children: Sequence[Token]) -> str:
    """Return the words of inline tokens without their markup."""
    words = {"softbreak": " ", "hardbreak": " "}
    return "".join(
        _plain(token.children or [])
        if token.type == "image"
        else words.get(token.type, token.content if token.type in ("text", "code_inline") else "")
        for token in children
    )


def _render_image(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    base = env["setting"].media_base
    address = base + source.removeprefix("media/") if MEDIA_NAME.fullmatch(source) else ""
    alternative = escape(_plain(token.children or []))
    return f'<img src="{escape(address)}" alt="{alternative}" loading="lazy" decoding="async">'


def _render_figure_close(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    caption = tokens[index].meta["caption"]
    legend = _PARSER.renderInline(caption, {"setting": env["setting"]}) if caption else ""
    return f"<figcaption>{legend}</figcaption></figure>\n" if legend else "</figure>\n"


def _render_new_window(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, tokens, index, options
    note = wording(env["setting"].language).new_window
    return f'<span class="visually-hidden"> {escape(note)}</span>'


def _render_table_open(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    setting: Setting = env["setting"]
    meta = tokens[index].meta
    label = wording(setting.language).table.format(number=meta["number"])
    if meta["heading"]:
        label = typographic(f"{label} : {meta['heading']}", setting.language)
    region = f'<div class="table-scroll" role="group" tabindex="0" aria-label="{escape(label)}">'
    return f"{region}<table>\n"


def _render_table_close(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, tokens, index, options, env
    return "</table></div>\n"


def _render_cell(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    """Say alignment by a class (a style attribute would need a laxer page policy)."""
    token = tokens[index]
    style = str(token.attrs.pop("style", ""))
    if style:
        token.attrSet("class", style.replace("text-align:", "align-"))
    if token.tag == "th":
        token.attrSet("scope", "col")
    rendered: str = self.renderToken(tokens, index, options, env)
    return rendered


def _callout_renderer(name: str) -> Callable[..., str]:
    def render_callout(
        self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
    ) -> str:
        del self, options
        token = tokens[index]
        if token.nesting != 1:
            return "</aside>\n"
        language = env["setting"].language
        kind = wording(language).callouts[name]
        title = typographic(token.info.strip().removeprefix(name).strip(), language)
        label = escape(typographic(f"{kind} : {title}", language) if title else kind)
        words = f'<span class="callout-kind">{escape(kind)}</span>'
        if title:
            words = f'{words} <span class="callout-name">{escape(title)}</span>'
        return (
            f'<aside class="callout callout-{name}" role="note" aria-label="{label}">\n'
            f'<p class="callout-title">{words}</p>\n'
        )

    return render_callout


def _note_anchor(token: Token, env: Environment) -> str:
    scope = env["setting"].scope
    return f"{scope}-{token.meta['id'] + 1}" if scope else str(token.meta["id"] + 1)


def _note_call(token: Token, env: Environment) -> str:
    again = token.meta.get("subId", 0)
    return f"fnref-{_note_anchor(token, env)}" + (f"-{again}" if again > 0 else "")


def _render_note_call(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    token = tokens[index]
    number = token.meta["id"] + 1
    label = escape(wording(env["setting"].language).note.format(number=number))
    return (
        f'<sup class="footnote-ref"><a role="doc-noteref" id="{_note_call(token, env)}" '
        f'href="#fn-{_note_anchor(token, env)}" aria-label="{label}">{number}</a></sup>'
    )


def _render_notes_open(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, tokens, index, options
    label = escape(wording(env["setting"].language).notes)
    return f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">\n<ol>\n'


def _render_note_open(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    return f'<li id="fn-{_note_anchor(tokens[index], env)}">'


def _render_note_back(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    token = tokens[index]
    words = wording(env["setting"].language).back_to_text.format(number=token.meta["id"] + 1)
    # U+FE0E keeps the arrow from being shown as a picture.
    return (
        f' <a class="footnote-backref" role="doc-backlink" href="#{_note_call(token, env)}" '
        f'aria-label="{escape(words)}">\u21a9\ufe0e</a>'
    )


def _accept_any_link(url: str) -> bool:
    """Let every address become a link token, so that the loader sees and reports bad ones.

    Rendering drops the address of any link that :func:`link_kind` does not know.
    """
    del url
    return True


def _new_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = _accept_any_link  # type: ignore[method-assign] # the documented way
    parser.use(footnote_plugin).use(deflist_plugin)
    parser.use(attrs_plugin, spans=True, after=(), allowed=("lang",))
    for name in CALLOUTS:
        parser.use(container_plugin, name, render=_callout_renderer(name))
    parser.inline.ruler.before("link", "citation", _citation_rule)
    for name, rule in (
        ("typography", _typography),
        ("headings", _headings),
        ("figures", _figures),
        ("links", _links),
    ):
        parser.core.ruler.push(name, rule)
    for name, renderer in _RENDERERS.items():
        parser.add_render_rule(name, renderer)
    return parser


_RENDERERS: dict[str, Callable[..., str]] = {
    "citation": _render_citation,
    "image": _render_image,
    "figure_close": _render_figure_close,
    "new_window": _render_new_window,
    "table_open": _render_table_open,
    "table_close": _render_table_close,
    "th_open": _render_cell,
    "td_open": _render_cell,
    "footnote_ref": _render_note_call,
    "footnote_block_open": _render_notes_open,
    "footnote_open": _render_note_open,
    "footnote_anchor": _render_note_back,
}

_PARSER: Final = _new_parser()


# --- Sanitising ----------------------------------------------------------------------------

_TAGS = {
    *("a", "aside", "blockquote", "code", "div", "em", "figcaption", "figure", "hr", "img", "p"),
    *("dd", "dl", "dt", "li", "ol", "ul", "pre", "section", "span", "strong"),
    *("h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
    *RAW_ELEMENTS,
}

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"aria-label", "class", "id", "lang", "role"},
    "a": {"href", "rel", "target"},
    "abbr": {"title"},
    "div": {"tabindex"},
    "img": {"alt", "decoding", "loading", "src"},
    "ol": {"start"},
    "th": {"scope"},
}

_CLASSES = {
    "align-center",
    "align-left",
    "align-right",
    "callout",
    "callout-kind",
    "callout-name",
    "callout-title",
    "citation",
    "download",
    "external",
    "footnote-backref",
    "footnote-ref",
    "footnotes",
    "table-scroll",
    "visually-hidden",
    *(f"callout-{name}" for name in CALLOUTS),
}
_ROLES = {"doc-backlink", "doc-biblioref", "doc-endnotes", "doc-noteref", "group", "note"}
_INNER_LINK = re.compile(r"#(?:/[a-z0-9-]+/[a-z0-9-]+|fn(?:ref)?-[a-z0-9-]+|ref-[A-Za-z0-9_-]+)")
_NOTE_ID = re.compile(r"fn(?:ref)?-[a-z0-9-]+")


def _only(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda value: value if pattern.fullmatch(value) else None


def _known_classes(value: str) -> str | None:
    return " ".join(name for name in value.split() if name in _CLASSES) or None


_VALUE_FILTERS: dict[str, Callable[[str], str | None]] = {
    "class": _known_classes,
    "id": _only(_NOTE_ID),
    "lang": _only(re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")),
    "role": lambda value: value if value in _ROLES else None,
    "rel": _only(re.compile(r"[a-z ]+")),
    "target": _only(re.compile(r"_blank")),
    "tabindex": _only(re.compile("0")),
    "start": _only(re.compile(r"[0-9]{1,6}")),
}


@lru_cache(maxsize=64)
def _cleaner(media_base: str) -> nh3.Cleaner:
    """Return a sanitiser that knows where this delivery keeps the course's media."""
    media = re.compile(re.escape(media_base) + MEDIA_NAME.pattern.removeprefix("media/"))

    def address(value: str) -> str | None:
        patterns = (media, _INNER_LINK, EXTERNAL_LINK, MAIL_LINK)
        return value if any(pattern.fullmatch(value) for pattern in patterns) else None

    filters = _VALUE_FILTERS | {"src": _only(media), "href": address}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        del tag
        check = filters.get(attribute)
        return check(value) if check else value

    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def sanitized(html: str, media_base: str = "media/") -> str:
    """Return ``html`` with nothing left in it that a course page does not need."""
    return _cleaner(media_base).clean(html)


# --- The public doors ----------------------------------------------------------------------


@lru_cache(maxsize=8192)
def render(text: str, setting: Setting) -> str:
    """Render a text of several blocks. A first-level heading becomes a second-level one."""
    return sanitized(_PARSER.render(text, {"setting": setting}), setting.media_base)


@lru_cache(maxsize=8192)
def render_inline(text: str, setting: Setting) -> str:
    """Render a text that stays inside a line: a choice, an item, a reference."""
    return sanitized(_PARSER.renderInline(text.strip(), {"setting": setting}), setting.media_base)


def external_link(address: str, words: str, language: str) -> str:
    """Return a link out of the course, marked as such, for HTML made elsewhere."""
    note = escape(wording(language).new_window)
    html = (
        f'<a class="external" rel="external noopener noreferrer" target="_blank" '
        f'href="{escape(address)}">{escape(words)}'
        f'<span class="visually-hidden"> {note}</span></a>'
    )
    return sanitized(html)


def plain(text: str, language: str) -> str:
    """Return the words of a one-line Markdown text, without markup: a title, say."""
    tokens = _PARSER.parseInline(text.strip(), {"setting": Setting(language)})
    return "".join(_plain(children) for children in _inlines(tokens))


@dataclass(frozen=True, slots=True)
class Heading:
    """``line`` counts from 0; ``end`` is the line after its last."""

    level: int
    text: str
    line: int
    end: int
    first: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a text mentions. ``line`` counts from 0."""

    kind: str
    value: str
    line: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a text holds: its headings, and what the loader has to look up or refuse.

    Kinds of ``found``: ``citation`` (a key), ``image`` (a source, its alternative as
    detail), ``link`` (a target, its words as detail), ``raw`` (an HTML element), ``note``
    (a footnote that is not there), ``broken`` (a citation that cannot be read),
    ``container`` (a name that is not a callout), ``unclosed`` (a callout's name).
    """

    headings: tuple[Heading, ...]
    found: tuple[Found, ...]


_RAW_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)([^>]*)")
_SAFE_RAW_ATTRIBUTES = re.compile(r"""(?:\s+(?:title|lang)="[^"<>]*")*\s*/?""")
_MISSING_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_CONTAINER_LINE = re.compile(r":{3,}\s*(\S*)")


def _raw_elements(html: str) -> Iterator[str]:
    for name, attributes in _RAW_TAG.findall(html):
        if name.lower() not in RAW_ELEMENTS or not _SAFE_RAW_ATTRIBUTES.fullmatch(attributes):
            yield name.lower()


def _in_text(token: Token, line: int) -> Iterator[Found]:
    for note in _MISSING_NOTE.findall(token.content):
        yield Found("note", note, line)
    if "[@" in token.content:
        yield Found("broken", token.content[token.content.index("[@") :][:60], line)
    container = _CONTAINER_LINE.match(token.content)
    if container:
        yield Found("container", container[1], line)


def _in_link(children: Sequence[Token], index: int, line: int) -> Found:
    close = next(
        (place for place in range(index, len(children)) if children[place].type == "link_close"),
        len(children),
    )
    target = str(children[index].attrGet("href") or "")
    return Found("link", target, line, _plain(children[index:close]))


def _in_inline(children: Sequence[Token], line: int) -> Iterator[Found]:
    for index, token in enumerate(children):
        match token.type:
            case "softbreak" | "hardbreak":
                line += 1
            case "citation":
                for key, _locator in token.meta["entries"]:
                    yield Found("citation", key, line)
            case "image":
                source = str(token.attrGet("src") or "")
                yield Found("image", source, line, _plain(token.children or []))
                for found in inspect(str(token.attrGet("title") or ""), inline=True).found:
                    yield replace(found, line=line)
            case "link_open":
                yield _in_link(children, index, line)
            case "html_inline":
                for name in _raw_elements(token.content):
                    yield Found("raw", name, line)
            case "text":
                yield from _in_text(token, line)


def _in_block(token: Token, line: int, lines: Sequence[str]) -> Iterator[Found]:
    if token.type == "html_block":
        for name in _raw_elements(token.content):
            yield Found("raw", name, line)
    elif token.type.startswith("container_") and token.map:
        end = token.map[1]
        if end >= len(lines) or not lines[end].lstrip(" >").startswith(":::"):
            yield Found("unclosed", token.info.split()[0], line)


def _heading(token: Token, inline: Token, *, first: bool) -> Heading:
    start, end = token.map or (0, 0)
    return Heading(int(token.tag[1]), _plain(inline.children or []), start, end, first)


def inspect(text: str, *, inline: bool = False) -> Inspection:
    """Tell what a text holds, with the lines, without rendering it.

    ``inline`` says that it will be rendered inside a line.
    """
    tokens = _INSPECTOR.parseInline(text) if inline else _INSPECTOR.parse(text)
    lines = text.splitlines()
    headings: list[Heading] = []
    found: list[Found] = []
    line = 0
    for index, token in enumerate(tokens):
        if token.map:
            line = token.map[0]
        if token.type == "heading_open":
            headings.append(_heading(token, tokens[index + 1], first=index == 0))
        found.extend(_in_block(token, line, lines))
        found.extend(_in_inline(token.children or [], line))
    return Inspection(tuple(headings), tuple(found))


def _new_inspector() -> MarkdownIt:
    """Return a parser that leaves headings and links as the author wrote them."""
    inspector = _new_parser()
    inspector.core.ruler.disable(["typography", "headings", "figures", "links"])
    return inspector


_INSPECTOR: Final = _new_inspector()
