"""Puts the front end into a Flask app: templates, filters, globals and the files a browser loads."""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for
from werkzeug.security import safe_join

from shortlist.assets import STATIC
from shortlist.showing import charts, graphs, maps, words
from shortlist.showing.dutch import local_value
from shortlist.showing.forms import Form
from shortlist.showing.shell import Shell

_FILTERS = (
    words.datum,
    words.datum_voluit,
    words.datumtijd,
    words.duur,
    words.getal,
    words.hoofdletter,
    words.isotijd,
    words.klassen,
    words.lijst,
    words.meervoud,
    words.percentage,
    words.tijd,
    words.woord,
)
_GLOBALS = {
    "bar_chart": charts.bar_chart,
    "day_timeline": charts.day_timeline,
    "empty_form": Form(),
    "flow_chart": charts.flow_chart,
    "interval_chart": charts.interval_chart,
    "level_bars": charts.level_bars,
    "levels": words.LEVELS,
    "map_picture": maps.map_picture,
    "graph_picture": graphs.graph_picture,
    "periode": words.periode,
    "route_sign": maps.route_sign,
    "shell": Shell(),
    "time_series": charts.time_series,
    "week_timeline": charts.week_timeline,
}
_YEAR = 365 * 24 * 3600
_COMPRESSIBLE = (".css", ".js", ".svg", ".json", ".webmanifest")


def install(app: Flask) -> None:
    """Register filters, globals, the ``showing/`` templates and the ``static`` endpoint at ``/static/``.

    The app adds per request: ``shell`` (a :class:`Shell`) and ``form_tokens`` (a template global that renders
    the hidden CSRF and write-key inputs).
    """
    for function in _FILTERS:
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["local_value"] = local_value
    app.jinja_env.globals.update(_GLOBALS, asset=asset)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    mimetypes.add_type("font/woff2", ".woff2")
    app.register_blueprint(Blueprint("showing", __name__, template_folder="templates"))
    if "static" not in app.view_functions:
        app.add_url_rule("/static/<path:filename>", "static", send_static)
    app.view_functions["static"] = send_static


def asset(filename: str) -> str:
    """Return the address of a static file with its content hash, so that it may be cached for a year.

    A file that does not exist is an error of ours and raises ``FileNotFoundError``.
    """
    path = STATIC / filename
    return url_for("static", filename=filename, v=_digest(path, path.stat().st_mtime_ns))


def send_static(filename: str) -> Response:
    """Serve a file of ``static/``, text compressed when the browser takes gzip."""
    joined = safe_join(str(STATIC), filename)
    path = Path(joined) if joined is not None else None
    if path is None or not path.is_file() or path.name.startswith("."):
        abort(404)
    digest = _digest(path, path.stat().st_mtime_ns)
    compress = path.suffix in _COMPRESSIBLE and request.accept_encodings.quality("gzip") > 0
    response = Response(
        _compressed(path, path.stat().st_mtime_ns) if compress else path.read_bytes(),
        mimetype=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
    )
    if compress:
        response.content_encoding = "gzip"
    if path.suffix in _COMPRESSIBLE:
        response.vary.add("Accept-Encoding")
    response.set_etag(f"{digest}-gzip" if compress else digest)
    current = request.args.get("v") == digest
    response.cache_control.public = True
    response.cache_control.max_age = _YEAR if current else 3600
    if current:
        response.cache_control.immutable = True
    response.make_conditional(request)
    return response


@lru_cache(maxsize=512)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=128)
def _compressed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)
