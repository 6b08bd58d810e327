"""A page with every component, to look at and to check: ``python tests/pages/gallery.py [port]``."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, flash, render_template, request
from markupsafe import Markup
from marshmallow import fields, validate

from shortlist.showing import maps
from shortlist.showing.charts import Block
from shortlist.showing.dutch import DutchSchema, JaNee, LocalDateTime, Text
from shortlist.showing.forms import Form, blank, read_form
from shortlist.showing.install import install
from shortlist.showing.shell import Person, Place, Shell

CSP = (
    "default-src 'self'; script-src 'self' 'nonce-galerij'; style-src 'self' 'nonce-galerij'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MONDAY = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
FREQUENCY = [("nooit", "Nooit"), ("soms", "Soms"), ("vaak", "Vaak"), ("geen_aanwijzing", "Geen aanwijzing")]


class Member(DutchSchema):
    """One row of who was present."""

    pseudonym = Text(required=True, validate=validate.Length(max=20), metadata={"label": "Wie"})


class Sighting(DutchSchema):
    """A form with one field of every kind."""

    place = Text(required=True, validate=validate.Length(max=80), metadata={"label": "Waar was het?"})
    at = LocalDateTime(required=True, metadata={"label": "Wanneer was het?"})
    seen = fields.Integer(
        required=True, validate=validate.Range(min=1, max=100), metadata={"label": "Aantal gezien"}
    )
    day = fields.Date(metadata={"label": "Datum van de melding"})
    fact = Text(required=True, metadata={"label": "Wat zag u?"})
    group = fields.String(required=True, metadata={"label": "Groep"})
    source = fields.String(
        required=True, validate=validate.OneOf(["gezien", "gehoord"]), metadata={"label": "Hoe weet u dit?"}
    )
    alcohol = fields.String(metadata={"label": "Alcohol"})
    kinds = fields.List(fields.String(), metadata={"label": "Soorten inzet"})
    hearsay = JaNee(load_default=False, metadata={"label": "Van horen zeggen"})
    members = fields.List(fields.Nested(Member))


DUIDING = {
    "ernst": {
        "level": "midden",
        "reasons": ["Vernieling: 2 keer gezien (12 en 19 november)", "Geen geweld gezien"],
    },
    "risico": {"level": "hoog", "reasons": ["Lachgas: 5 keer gezien", "Een van de leden is 13 jaar"]},
    "ontwikkeling": {"level": "laag", "reasons": ["Kleiner dan in september: van 14 naar 11 jongeren"]},
    "impact": {"level": "onbekend", "reasons": []},
}


def city() -> dict[str, Any]:
    """Return a small made-up map: two stadsdelen, two routes, some visits."""
    north = [[5.18, 52.39], [5.25, 52.40], [5.27, 52.375], [5.22, 52.365], [5.17, 52.37], [5.18, 52.39]]
    south = [
        [5.17, 52.37],
        [5.22, 52.365],
        [5.27, 52.375],
        [5.28, 52.35],
        [5.21, 52.34],
        [5.16, 52.35],
        [5.17, 52.37],
    ]
    first = [[5.222, 52.372], [5.205, 52.384], [5.24, 52.386], [5.222, 52.372]]
    second = [[5.222, 52.372], [5.195, 52.356], [5.245, 52.358], [5.222, 52.372]]
    return maps.collection(
        [
            maps.area([north], "Waterveen-Noord"),
            maps.area([south], "Waterveen-Zuid"),
            maps.route(first, "Route boa-1", series=1),
            maps.route(second, "Route boa-2", series=2),
            maps.point(5.222, 52.372, "Wijkpost Centrum", kind="base", sign="B", series=5),
            maps.point(5.205, 52.384, "Skatebaan", kind="visit", sign="1", series=1, detail="ma 20:10"),
            maps.point(
                5.24, 52.386, "Winkelhof", kind="visit", sign="2", series=1, detail="ma 20:40", href="#kaart"
            ),
            maps.point(5.195, 52.356, "Havenplein", kind="visit", sign="1", series=2, detail="ma 20:05"),
            maps.point(5.245, 52.358, "Sportpark", kind="visit", sign="2", series=2, detail="ma 20:35"),
        ]
    )


def week() -> list[tuple[str, list[Block]]]:
    """Return a made-up week of three teams."""
    return [
        (
            f"Team boa-{team + 1}",
            [
                Block(
                    MONDAY + timedelta(days=day, hours=19 + team),
                    MONDAY + timedelta(days=day, hours=23 + team),
                    f"{3 + day % 3} bezoeken",
                    str(3 + day % 3),
                    team + 1,
                )
                for day in range(7)
                if (day + team) % 3
            ],
        )
        for team in range(3)
    ]


def create() -> Flask:
    """Make the gallery app."""
    app = Flask("gallery", root_path=str(__file__).rsplit("/", 1)[0])
    app.secret_key = "gallery"
    install(app)
    app.jinja_env.globals["form_tokens"] = lambda: Markup(
        '<input type="hidden" name="csrf_token" value="x"><input type="hidden" name="write_key" value="y">'
    )

    @app.context_processor
    def frame() -> dict[str, Any]:
        places = [
            Place("Vandaag", "/", current=True),
            Place("Waarnemingen", "/w"),
            Place("Groepen", "/g", waiting=3),
            Place("Prioriteiten", "/p"),
            Place("Weekplan", "/x"),
            Place("Over de regels", "/o"),
        ]
        person = Person("Samira el Idrissi", "veiligheidsmanager · Noord")
        return {
            "shell": Shell(
                person, places, fictief=True, sign_out="/uit", about="/o", municipality="Gemeente Waterveen"
            )
        }

    @app.after_request
    def fence(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.route("/", methods=["GET", "POST"])
    def everything() -> str:
        form: Form = blank(Sighting, {"at": MONDAY + timedelta(hours=21, minutes=30), "alcohol": "soms"})
        if request.method == "POST":
            form = read_form(Sighting, request.form)
        flash("De waarneming is opgeslagen.", "ok")
        return render_template(
            "gallery.html",
            form=form,
            duiding_found=DUIDING,
            geojson=city(),
            lanes=week(),
            monday=MONDAY,
            frequency=FREQUENCY,
        )

    @app.get("/fout")
    def broken() -> tuple[str, int]:
        message = (
            "Deze groep bestaat niet, of u mag haar niet zien. Kijk op de lijst met groepen van uw stadsdeel."
        )
        return render_template("showing/error.html", title="Niet gevonden", message=message, status=404), 404

    @app.get("/vel")
    def sheet() -> str:
        return render_template(
            "gallery_sheet.html",
            geojson=city(),
            lanes=week(),
            monday=MONDAY,
            printed_at=MONDAY,
            printed_by="S. el Idrissi",
            back="/",
        )

    return app


if __name__ == "__main__":
    create().run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 8077)
