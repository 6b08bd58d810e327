"""Markdown text of our own, such as a model card, as a piece of a page."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape


def prose(text: str, *, caption: str) -> Markup:
    """Return Markdown as HTML without its first heading, which is the page's own; raw HTML stays text.

    ``caption`` names the tables. Comments are left out.
    """
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    kept = "\n".join(
        line for line in text.splitlines() if not line.startswith("# ") and not line.startswith("<!--")
    )

    def table_open(
        renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
    ) -> str:
        name = escape(caption)
        return (
            f'<div class="utrecht-table-container sl-table-scroll" role="region" aria-label="{name}, tabel" '
            f'tabindex="0"><table class="utrecht-table sl-table sl-table--dense">'
            f'<caption class="utrecht-table__caption">{name}</caption>'
        )

    def table_close(*_: object) -> str:
        return "</table></div>"

    made.add_render_rule("table_open", table_open)
    made.add_render_rule("table_close", table_close)
    tokens = made.parse(kept)
    for token in tokens:
        looks = _LOOKS.get(token.type)
        if looks:
            token.attrJoin("class", looks)
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type == "heading_open":
            token.attrJoin("class", f"utrecht-heading-{token.tag[1]}")
    return Markup(made.renderer.render(tokens, made.options, {}))  # noqa: S704 — rendered with raw HTML switched off


_LOOKS = {
    "paragraph_open": "utrecht-paragraph",
    "bullet_list_open": "utrecht-unordered-list",
    "thead_open": "utrecht-table__header",
    "tbody_open": "utrecht-table__body",
    "tr_open": "utrecht-table__row",
    "th_open": "utrecht-table__header-cell",
    "td_open": "utrecht-table__cell",
}
"""Kind of Markdown token → the classes of the design system."""
