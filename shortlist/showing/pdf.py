"""Pages as PDF: what ``print.html`` shows, drawn by WeasyPrint with our own style sheets and fonts."""

import mimetypes

from shortlist.assets import STATIC
from shortlist.errors import Refused


def pdf_of(html: str) -> bytes:
    """Return a page as PDF; nothing is fetched but our own files under ``static/``, from disk.

    Raises:
        Refused: WeasyPrint or the library it draws with is not installed; says which packages to install.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcherResponse
    except (ImportError, OSError) as error:
        raise Refused(
            "Een PDF maken kan hier niet: installeer shortlist[pdf] en de systeempakketten libpango-1.0-0 en "
            "libpangoft2-1.0-0. Tot die tijd: open de afdruk en kies in de browser ‘Bewaar als PDF’."
        ) from error

    def fetch(url: str, *_: object, **__: object) -> object:
        path = (STATIC / url.split("/static/", 1)[-1].split("?", 1)[0]).resolve()
        if STATIC.resolve() not in path.parents or not path.is_file():
            raise ValueError("not one of our own files")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    made: bytes = HTML(string=html, base_url="http://eigen.invalid/", url_fetcher=fetch).write_pdf()
    return made
