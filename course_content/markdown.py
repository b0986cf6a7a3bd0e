"""Course Markdown to HTML that is safe to put in a page.

CommonMark with tables, footnotes, definition lists, ``[word]{lang=en}`` spans,
``[@key]`` citations, figures and callouts. A course file is not trusted: what
comes out has passed through a sanitiser that knows only the elements, attributes
and addresses that a course needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from course_content.addresses import MEDIA_NAME, link_kind
from course_content.sanitizer import sanitized
from course_content.typography import typographic
from course_content.wording import CALLOUTS, wording

Environment = MutableMapping[str, Any]


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
        caption = children[0].attrs.pop("title", "")
        for edge in (token, state.tokens[index + 2]):
            edge.type = edge.type.replace("paragraph", "figure")
            edge.tag = "figure"
            edge.hidden = False
            edge.meta = {"caption": caption}


def _headings(state: StateCore) -> None:
    """Leave the first level to the step's own title, and tell each table what it stands under."""
    heading = ""
    tables = 0
    for index, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open":
            heading = words(state.tokens[index + 1].children or [])
        elif token.type == "table_open":
            tables += 1
            token.meta = {"number": tables, "heading": heading}


def _row_names(state: StateCore) -> None:
    """Make headers of a table's first cells where its corner is empty: they name the rows."""
    are_names = False
    for index, token in enumerate(state.tokens[:-3]):
        cell, content, close = state.tokens[index + 1 : index + 4]
        if token.type != "tr_open":
            continue
        if cell.type == "th_open":
            are_names = not content.content.strip()
        elif are_names and content.content.strip():
            cell.tag = close.tag = "th"


def _empty_headers(state: StateCore) -> None:
    """Make a plain cell of a header that says nothing."""
    for index, token in enumerate(state.tokens[:-2]):
        if token.type == "th_open" and not state.tokens[index + 1].content.strip():
            token.tag = state.tokens[index + 2].tag = "td"


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
    if kind in ("step", "term"):
        target = f"#/{target}"
        if kind == "term":
            token.attrSet("class", "term")
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

_TAG = re.compile(r"<[^>]*>")


def words(children: Sequence[Token]) -> str:
    """Return the words of inline tokens without their markup."""
    spaces = {"softbreak": " ", "hardbreak": " "}
    return "".join(
        words(token.children or [])
        if token.type == "image"
        else spaces.get(token.type, token.content if token.type in ("text", "code_inline") else "")
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
    alternative = escape(words(token.children or []))
    return f'<img src="{escape(address)}" alt="{alternative}" loading="lazy" decoding="async">'


def _legend(token: Token, env: Environment) -> str:
    caption = token.meta["caption"]
    return _PARSER.renderInline(caption, {"setting": env["setting"]}) if caption else ""


def _render_figure_open(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    """Tie the caption to the figure by name as well (RGAA 1.9): not every reader does."""
    del self, options
    name = _TAG.sub("", _legend(tokens[index], env))
    return f'<figure role="figure" aria-label="{name}">' if name else "<figure>"


def _render_figure_close(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Environment
) -> str:
    del self, options
    legend = _legend(tokens[index], env)
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
        token.attrSet("scope", "col" if token.type == "th_open" else "row")
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
        shown = f'<span class="callout-kind">{escape(kind)}</span>'
        if title:
            shown = f'{shown} <span class="callout-name">{escape(title)}</span>'
        return (
            f'<aside class="callout callout-{name}" role="note" aria-label="{label}">\n'
            f'<p class="callout-title">{shown}</p>\n'
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
    label = wording(env["setting"].language).back_to_text.format(number=token.meta["id"] + 1)
    # U+FE0E keeps the arrow from being shown as a picture.
    return (
        f' <a class="footnote-backref" role="doc-backlink" href="#{_note_call(token, env)}" '
        f'aria-label="{escape(label)}">\u21a9\ufe0e</a>'
    )


def _accept_any_link(url: str) -> bool:
    """Let every address become a link token, so that the loader sees and reports bad ones.

    Rendering drops the address of any link that :func:`link_kind` does not know.
    """
    del url
    return True


def new_parser() -> MarkdownIt:
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
        ("row_names", _row_names),
        ("empty_headers", _empty_headers),
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
    "figure_open": _render_figure_open,
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

_PARSER: Final = new_parser()


# --- The public doors ----------------------------------------------------------------------


@lru_cache(maxsize=8192)
def render(text: str, setting: Setting) -> str:
    """Render a text of several blocks. A first-level heading becomes a second-level one."""
    return sanitized(_PARSER.render(text, {"setting": setting}), setting.media_base)


@lru_cache(maxsize=8192)
def render_inline(text: str, setting: Setting) -> str:
    """Render a text that stays inside a line: a choice, an item, a reference."""
    return sanitized(_PARSER.renderInline(text.strip(), {"setting": setting}), setting.media_base)


def external_link(address: str, label: str, language: str) -> str:
    """Return a link out of the course, marked as such, for HTML made elsewhere."""
    note = escape(wording(language).new_window)
    html = (
        f'<a class="external" rel="external noopener noreferrer" target="_blank" '
        f'href="{escape(address)}">{escape(label)}'
        f'<span class="visually-hidden"> {note}</span></a>'
    )
    return sanitized(html)


def plain(text: str, language: str) -> str:
    """Return the words of a one-line Markdown text, without markup: a title, say."""
    tokens = _PARSER.parseInline(text.strip(), {"setting": Setting(language)})
    return "".join(words(children) for children in _inlines(tokens))
