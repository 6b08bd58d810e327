"""What the people of a stadsdeel do with one group, step by step, as the pages offer it; for the tests that play it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from selenium.webdriver.common.by import By

from tests.browser.screens import Screen

STREET: Mapping[str, str] = {
    "rondhangen": "vaak", "lawaai": "vaak", "afval": "soms", "schermutselingen": "nooit", "provoceren": "soms",
    "uitschelden": "soms", "intimideren": "soms", "versperren": "nooit", "vernieling": "vaak",
    "brandstichting": "nooit",
    "licht_geweld": "nooit", "openlijk_geweld": "nooit", "wapengeweld": "nooit", "alcohol": "nooit", "blowen": "nooit",
    "winkeldiefstal": "nooit", "voertuigdiefstal": "nooit", "inbraak": "nooit", "straatroof": "nooit",
    "heling": "nooit",
    "drugshandel": "nooit", "afpersing": "nooit", "zedendelict": "nooit", "fraude": "nooit",
    "aanspreekbaarheid": "matig", "motief": "kick", "politiecontact": "enkelen",
}  # fmt: skip
"""What a jeugdagent answers about a group that is a nuisance."""


@dataclass
class Chain:
    """One group, the browser in which it is followed, and the moment it is there."""

    screen: Screen
    group: str
    clock: Callable[[], datetime]

    def ago(self, **before: float) -> str:
        """Return a moment before now as a form takes it."""
        moment = self.clock().astimezone(ZoneInfo("Europe/Amsterdam")) - timedelta(**before)
        return moment.strftime("%Y-%m-%dT%H:%M")

    def open_group(self) -> str:
        """Open the page of the group and return its address."""
        self.screen.open("/groepen")
        self.screen.follow(self.group)
        assert self.screen.heading == self.group
        return self.screen.path

    def start(self, place: str, *, days: float) -> None:
        """Put the group down with the day of its first signal."""
        self.screen.open("/groepen/nieuw")
        self.screen.fill("name", self.group)
        self.screen.fill("place", place)
        self.screen.fill("first_signal_on", self.ago(days=days)[:10])
        self.screen.press("Groep vastleggen")

    def observe(self, feit: str, *, days: float = 0, seen: int = 6, pseudonym: str = "") -> None:
        """Note what was seen an hour ago, or some days before."""
        screen = self.screen
        self.open_group()
        screen.follow("Nieuwe waarneming")
        screen.fill("started_at", self.ago(days=days, hours=1))
        screen.choose("source", "gezien")
        screen.fill("seen_count", str(seen))
        screen.fill("duration_minutes", "30")
        screen.fill("effort_minutes", "15")
        screen.fill("feit", feit)
        if seen:
            screen.choose("items.hinder", "lawaai")
        if pseudonym:
            screen.fill("present.0.pseudonym", pseudonym)
            screen.pick("present.0.capacity", "betrokkene")
            screen.pick("present.0.role_seen", "leidt")
            if not screen.is_ticked("new_pseudonyms"):
                screen.choose("new_pseudonyms", "ja")
        screen.press("Opslaan")
        assert feit in screen.text

    def fill_in(self, changed: Mapping[str, str] | None = None) -> None:
        """Fill in block after block as the form offers them, and hand in at the last."""
        screen = self.screen
        for _ in range(20):
            for item, value in {**STREET, **(changed or {})}.items():
                if screen.has(f"answers.{item}"):
                    screen.choose(f"answers.{item}", value)
            if "Bewaar en lever in" in [button.text for button in screen.buttons]:
                break
            screen.press("Bewaar en verder")
        screen.press("Bewaar en lever in")

    def begin_questionnaire(self) -> str:
        """Begin a questionnaire about the group and return its address; the form is open."""
        self.open_group()
        self.screen.follow("Begin een vragenlijst")
        self.screen.press("Begin met invullen")
        return self.screen.path.removesuffix("/invullen")

    def decide_together(self, round_page: str) -> None:
        """Settle the one question on which the two differ."""
        self.screen.open(f"{round_page}/samen")
        assert "ernieling" in self.screen.text
        self.screen.choose("choice.vernieling", "vaak")
        self.screen.fill("reason.vernieling", "Drie meldingen van drie dagen samen nagelopen.")

    def set_class(self, decided: str) -> None:
        """Decide on the open outcome."""
        self.screen.choose("decided", decided)
        self.screen.fill("reasoning", "Dit beeld herkennen we allebei; bewoners mijden de steiger.")
        self.screen.press("Stel de duiding vast")

    def propose(self, group_page: str, priority: str) -> None:
        """Propose a priority to the Stafgroep."""
        self.screen.open(f"{group_page}/prioriteit/voorstel")
        self.screen.choose("priority", priority)
        self.screen.fill("reason", "Bewoners melden vaak en durven de steiger niet op.")
        self.screen.press("Leg voor aan de Stafgroep")

    def meet(self) -> None:
        """Open a meeting of the Stafgroep with a quorum and fill in that the proposal is taken over."""
        screen = self.screen
        screen.open("/prioriteren/stafgroep")
        for function in ("veiligheidsmanager", "chef-basiseenheid", "gebiedsmanager"):
            screen.fill(function, f"Fictieve {function}")
        screen.press("Open de vergadering")
        row = screen.row_of(self.group)
        screen.choose(f"{row}.kind", "vastgesteld")
        screen.fill(f"{row}.reason", "Eens met het voorstel; de week van nu al.")

    def write_plan(self, group_page: str, visits: Mapping[str, int]) -> None:
        """Fill in a plan van aanpak with measures and their visits a week."""
        screen = self.screen
        screen.open(f"{group_page}/plan-van-aanpak/schrijven")
        screen.fill("goal", "Vier weken hooguit twee keer per week overlast gezien.")
        screen.fill("exit_criterion", "Doel gehaald; daarna halveren.")
        screen.fill("evaluation_on", self.ago(weeks=-8)[:10])
        for measure, times in visits.items():
            number = screen.measure_row(measure)
            screen.choose(f"measures.{number}.chosen", "ja")
            screen.fill(f"measures.{number}.visits_per_week", str(times))

    def request(self, group_page: str) -> None:
        """Ask for jeugdboa's; the features and the measures stand there already."""
        screen = self.screen
        screen.open(f"{group_page}/aanvraag")
        for name in ("features", "measures_taken"):
            assert screen.field(name).get_attribute("value"), f"{name} is not filled in from the record"
        for name in ("nuisance", "effect", "expected"):
            screen.fill(name, "Bewoners mijden de steiger na negen uur; we verwachten zichtbaar toezicht.")
        screen.press("Dien de aanvraag in")

    def answer_request(self, state: str, reason: str) -> None:
        """Decide on the request for the group, with a reason."""
        self.screen.open("/aanvragen")
        self.screen.follow(self.group)
        self.screen.choose("state", state)
        self.screen.fill("reason", reason)
        self.screen.press("Leg het besluit vast")
        assert f"De aanvraag is {state}" in self.screen.text, self.screen.text

    def choose_all(self, name: str) -> int:
        """Tick every box of a name and return how many there were."""
        boxes = [box.get_attribute("value") or "" for box in self.screen.driver.find_elements(By.NAME, name)]
        for value in boxes:
            self.screen.choose(name, value)
        return len(boxes)
