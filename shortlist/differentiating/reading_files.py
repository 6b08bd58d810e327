"""Opens what the reading needs: ``rules/member-reading.yaml``, and the model with its card.

A model is loaded only with a valid card: one that has every section, and that was written for exactly these numbers.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortlist.assets import MODELS, RULES
from shortlist.differentiating.effort import EffortRules
from shortlist.differentiating.reading import ReadingModel, ReadingRules
from shortlist.errors import Broken
from shortlist.storing.dated_yaml import Document, newest_for, read_folder, stop_on

if TYPE_CHECKING:
    from shortlist.differentiating.network import NetworkRules

MODEL = "member-reading"

CARD_SECTIONS = (
    "## Waarvoor wel",
    "## Waarvoor niet",
    "## Hoe het werkt",
    "## Gemeten",
    "## Wat het slechter doet dan het lijkt",
    "## Grenzen",
    "## Opnieuw maken",
)
SHEET_SECTIONS = ("## Waarvan is geleerd", "## Licenties", "## Wat er niet in zit")


def newest_document(folder: Path, kind: str, on: date | None) -> Document:
    """Return the version of a rules file of this room in force on a day (None = newest); a fault is :class:`Broken`."""
    shelf = read_folder(folder, (kind,))
    stop_on(shelf.problems)
    document = newest_for(shelf.of_kind(kind), on)
    if document is None:
        raise Broken(f"In de regels ontbreekt een bestand met kind: {kind}. Zet {kind}.yaml terug.")
    return document


def load_reading_rules(folder: Path = RULES, on: date | None = None) -> ReadingRules:
    """Return the rules of the reading in force on a day; a file that does not fit raises :class:`Broken`."""
    return reading_rules(newest_document(folder, "member-reading", on))


def reading_rules(document: Document) -> ReadingRules:
    """Return the rules in a file that its schema accepted; :class:`Broken` unless one feature is the model's."""
    data = document.data
    features = data["features"]["list"]
    ids = [feature["id"] for feature in features]
    in_model = [feature["id"] for feature in features if feature["in_model"]]
    if len(in_model) != 1 or len(set(ids)) < len(ids):
        stop_on(
            [
                document.problem(
                    "precies één feature hoort in_model: true te hebben, en elke id staat er één keer.",
                    "zet in_model alleen bij times_seen_corrected.",
                    "features",
                    "list",
                )
            ]
        )
    effort = {name: value for name, value in data["effort"].items() if name != "because"}
    reading = {name: value for name, value in data["reading"].items() if name != "because"}
    return ReadingRules(
        name=data["name"],
        valid_from=data["valid_from"],
        features=tuple(ids),
        model_feature=in_model[0],
        effort=EffortRules(**effort),
        tie_shrink=data["ties"]["shrink"],
        most_present=data["ties"]["most_present"],
        **reading,
    )


def load_network_rules(folder: Path = RULES, on: date | None = None) -> "NetworkRules":
    """Return the rules of ``shortlist networks`` in force on a day; a file that does not fit raises :class:`Broken`."""
    # Whoever reads members needs no communities, and scikit-network takes its time to import.
    from shortlist.differentiating.dynamics import EventRules
    from shortlist.differentiating.mixing import MixingRules, TwoGroupRules
    from shortlist.differentiating.network import NetworkRules, TieRules
    from shortlist.differentiating.signals.candidates import SignalRules

    data = newest_document(folder, "networks", on).data
    part = {
        name: {key: value for key, value in data[name].items() if key != "because"}
        for name in ("ties", "events", "mixing", "two_groups", "signals")
    }
    return NetworkRules(
        data["name"],
        data["valid_from"],
        TieRules(**part["ties"]),
        EventRules(**part["events"]),
        MixingRules(**part["mixing"]),
        TwoGroupRules(**part["two_groups"]),
        SignalRules(**part["signals"]),
    )


def fingerprint(model: dict[str, Any]) -> str:
    """Return what a card names to say which numbers it is about: SHA-256 of the model as canonical JSON."""
    text = json.dumps(model, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def load_reading_model(rules: ReadingRules, folder: Path = MODELS) -> ReadingModel:
    """Return the model of the reading; raises :class:`Broken` when it, its card or its data sheet is not in order."""
    path = folder / f"{MODEL}.json"
    try:
        model = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Broken(f"{path.name}: dit model ontbreekt. Maak het met 'shortlist train'.") from error
    except (OSError, ValueError) as error:
        raise Broken(
            f"{path.name}: dit model is niet te lezen. Maak het opnieuw met 'shortlist train'."
        ) from error
    _check_model(model, rules, path.name)
    _check_text(folder / f"{MODEL}.card.md", CARD_SECTIONS, fingerprint(model), "modelkaart")
    _check_text(folder / f"{MODEL}.data.md", SHEET_SECTIONS, None, "gegevensblad")
    return ReadingModel(
        name=model["name"],
        version=model["version"],
        feature=model["parameters"]["feature"],
        slope=float(model["parameters"]["slope"]),
        fingerprint=fingerprint(model),
    )


def _check_model(model: Any, rules: ReadingRules, shown: str) -> None:
    again = "Maak het opnieuw met 'shortlist train'."
    parameters = model.get("parameters") if isinstance(model, dict) else None
    if not isinstance(parameters, dict) or not isinstance(model.get("trained"), dict):
        raise Broken(f"{shown}: 'parameters' of 'trained' ontbreekt. {again}")
    if not isinstance(model.get("version"), str) or model.get("name") != MODEL:
        raise Broken(f"{shown}: naam of versie klopt niet. {again}")
    slope = parameters.get("slope")
    if isinstance(slope, bool) or not isinstance(slope, int | float) or not 0 < slope < 100:
        raise Broken(f"{shown}: slope is {slope!r}, en hoort tussen 0 en 100 te liggen. {again}")
    if parameters.get("feature") != rules.model_feature:
        raise Broken(
            f"{shown}: het model rekent met {parameters.get('feature')!r}, de regels met '{rules.model_feature}'. "
            f"Alleen wat in de gesloten lijst staat mag erin. {again}"
        )


def _check_text(path: Path, sections: tuple[str, ...], names: str | None, what: str) -> None:
    refuse = "Zonder geldige kaart wordt het model niet geladen."
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(f"{path.name}: de {what} ontbreekt of is onleesbaar. {refuse}") from error
    parts = [section for section in sections if section not in text.splitlines()]
    if parts:
        raise Broken(f"{path.name}: in de {what} ontbreekt '{parts[0]}'. {refuse}")
    bodies = text.split("\n## ")[1:]
    empty = [body.splitlines()[0] for body in bodies if not "".join(body.splitlines()[1:]).strip()]
    if empty:
        raise Broken(f"{path.name}: in de {what} is '{empty[0]}' leeg. {refuse}")
    if names is not None and names not in text:
        raise Broken(
            f"{path.name}: deze {what} hoort bij andere getallen dan het model (vingerafdruk {names[:12]}… staat er "
            f"niet in). {refuse} Maak beide opnieuw met 'shortlist train'."
        )
