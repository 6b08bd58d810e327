"""What a test needs of the Stafgroep: a meeting that runs, with a quorum unless the test says otherwise."""

from uuid import UUID

from shortlist.prioritising.tables import MeetingPresence, StafgroepMeeting
from tests.pages.conftest import NOORD, NOW
from tests.pages.street import Street, add

QUORUM = ("veiligheidsmanager", "chef-basiseenheid", "gebiedsmanager")


def open_meeting(place: Street, *, part: UUID = NOORD, present: tuple[str, ...] = QUORUM) -> str:
    """Open a meeting of a stadsdeel's Stafgroep and return its page."""
    by = place.city.actor("stafgroeplid").id
    row = StafgroepMeeting(stadsdeel_id=part, held_at=NOW, recorded_at=NOW, recorded_by=by)
    add(place, row)
    seats = [
        MeetingPresence(
            meeting_id=row.id, sequence=1, function=function, name=f"Fictieve {function}", recorded_at=NOW,
            recorded_by=by,
        )
        for function in present
    ]  # fmt: skip
    add(place, *seats)
    return f"/prioriteren/stafgroep/{row.id}"
