"""Terms of hand-overs in days, as ``rules/terms.yaml`` sets them; rooms name a term by its id."""

from collections.abc import Mapping
from datetime import date

from shortlist.errors import Broken
from shortlist.storing.dated_yaml import Shelf, newest_for


def terms_on(shelf: Shelf, on: date) -> Mapping[str, int]:
    """Return term id → days, as in force on a day.

    Raises:
        Broken: no ``handover-terms`` file was sound.
    """
    document = newest_for(shelf.of_kind("handover-terms"), on)
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: handover-terms. Zet terms.yaml terug.")
    return {one["id"]: int(one["days"]) for one in document.data["terms"]}
