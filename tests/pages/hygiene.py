"""Checks that hold for every page: valid HTML, one h1, labelled controls, unique ids, nothing inline."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]  # it has no types of its own
from html5lib.constants import E as PARSE_MESSAGES  # type: ignore[import-untyped]  # as above

_LABELLED_BY_ITSELF = {"hidden", "submit", "button", "reset", "image"}
_VOID_REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns")


def check(html: str, *, whole: bool = True) -> list[str]:
    """Return every problem of a page as one line; an empty list means the page is clean.

    ``whole=False`` is for a fragment (an HTMX answer): no title, h1 or lang is asked then.
    """
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(html) if whole else parser.parseFragment(html)
    problems = [
        f"regel {place[0]}: {PARSE_MESSAGES.get(code, code) % values}"
        for place, code, values in parser.errors
        if whole or code != "expected-doctype-but-got-start-tag"
    ]
    problems += _inline(html, tree)
    problems += _ids(tree)
    problems += _controls(tree)
    problems += _links(tree)
    problems += _tables(tree)
    problems += _headings(tree, whole)
    if whole:
        problems += _document(tree)
    return problems


def _elements(tree: Element, *tags: str) -> Iterator[Element]:
    for element in tree.iter():
        if isinstance(element.tag, str) and (not tags or element.tag in tags):
            yield element


def _text(element: Element) -> str:
    """Return what a screen reader would say of an element, roughly."""
    parts = [element.get("aria-label", ""), element.get("alt", "")]
    if element.get("aria-hidden") != "true":
        parts.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and child.get("aria-hidden") != "true":
                parts.append(_text(child))
            parts.append(child.tail or "")
    return " ".join(" ".join(parts).split())


def _inline(html: str, tree: Element) -> Iterator[str]:
    for element in _elements(tree):
        tag = element.tag
        if tag == "script" and "src" not in element.attrib and element.get("type") != "application/json":
            yield "inline script"
        if tag == "style":
            yield "inline style element"
        for name in element.attrib:
            if str(name).lower() == "style":
                yield f"style attribute on <{tag}>"
            if re.match(r"on[a-z]+$", str(name).lower()) or str(name).lower().startswith("hx-on"):
                yield f"handler {name} on <{tag}>"
        for name in ("href", "src", "action", "formaction"):
            value = element.get(name, "")
            if value.strip().lower().startswith("javascript:"):
                yield f"javascript: address on <{tag}>"
            if name == "src" and re.match(r"(https?:)?//", value):
                yield f"<{tag}> loads from another server: {value}"
    if "{{" in html or "{%" in html:
        yield "template marks in the page"


def _ids(tree: Element) -> Iterator[str]:
    found = Counter(element.get("id") for element in _elements(tree) if element.get("id") is not None)
    for name, times in found.items():
        if times > 1:
            yield f"id {name} occurs {times} times"
        if not name or re.search(r"\s", name):
            yield f"id {name!r} is empty or has a space"
    for element in _elements(tree):
        for attribute in _VOID_REFERENCES:
            for name in element.get(attribute, "").split():
                if name not in found:
                    yield f"{attribute} on <{element.tag}> points to missing id {name}"
        href = element.get("href", "")
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in found:
            yield f"link to missing id {href[1:]}"


def _controls(tree: Element) -> Iterator[str]:
    labels = {label.get("for"): _text(label) for label in _elements(tree, "label")}
    wrapped = {
        id(control)
        for label in _elements(tree, "label")
        if _text(label)
        for control in _elements(label, "input", "select", "textarea")
    }
    for control in _elements(tree, "input", "select", "textarea"):
        if control.get("type", "text") in _LABELLED_BY_ITSELF:
            continue
        named = (
            labels.get(control.get("id"))
            or control.get("aria-label")
            or control.get("aria-labelledby")
            or id(control) in wrapped
        )
        if not named:
            yield f"<{control.tag} name={control.get('name')}> has no label"
    for target in labels:
        if target is not None and not any(
            c.get("id") == target for c in _elements(tree, "input", "select", "textarea", "meter", "output")
        ):
            yield f"label for missing control {target}"
    for button in _elements(tree, "button"):
        if not _text(button):
            yield "button without text"
    for fieldset in _elements(tree, "fieldset"):
        legend = next(iter(fieldset), None)
        if legend is None or legend.tag != "legend" or not _text(legend):
            yield "fieldset without legend"
    for form in _elements(tree, "form"):
        if form.get("method", "get").lower() == "post" and not any(
            field.get("name") == "csrf_token" for field in _elements(form, "input")
        ):
            yield f"post form to {form.get('action', 'this page')} without csrf_token"


def _links(tree: Element) -> Iterator[str]:
    for link in _elements(tree, "a"):
        if not link.get("href"):
            yield f"link without address: {_text(link)}"
        if not _text(link):
            yield f"empty link to {link.get('href')}"
    for image in _elements(tree, "img"):
        if "alt" not in image.attrib:
            yield f"image without alt: {image.get('src')}"


def _tables(tree: Element) -> Iterator[str]:
    for table in _elements(tree, "table"):
        caption = table.find("caption")
        name = _text(caption) if caption is not None else ""
        if not name:
            yield "table without caption"
        heads = list(_elements(table, "th"))
        if not heads:
            yield f"table without header cells: {name}"
        for head in heads:
            if head.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"header cell without scope: {_text(head)} in {name}"
            if not _text(head):
                yield f"empty header cell in {name}"


def _headings(tree: Element, whole: bool) -> Iterator[str]:
    last = 1 if whole else 6
    for heading in _elements(tree, "h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(str(heading.tag)[1])
        if level > last + 1:
            yield f"heading h{level} after h{last}: {_text(heading)}"
        if not _text(heading):
            yield f"empty heading h{level}"
        last = level


def _document(tree: Element) -> Iterator[str]:
    root: Any = tree if tree.tag == "html" else tree.find("html")
    if root is None or not root.get("lang"):
        yield "html without lang"
    head = tree.find("head")
    in_head = [] if head is None else list(head)
    titles = [_text(title) for title in _elements(tree, "title") if title in in_head]
    if len(titles) != 1 or not titles[0]:
        yield f"{len(titles)} titles in the head"
    elif re.match(r"[\s–-]", titles[0]) or len(titles[0]) < 3:
        yield f"title says nothing: {titles[0]!r}"
    headings = list(_elements(tree, "h1"))
    if len(headings) != 1:
        yield f"{len(headings)} h1 headings"
    if len(list(_elements(tree, "main"))) != 1:
        yield "not exactly one main"
