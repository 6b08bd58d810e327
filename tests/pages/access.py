"""Who may use which route: the one table that the application is held against, role by role.

endpoint → (roles that may use it, scope). ``STADSDEEL``: the object's stadsdeel is checked; ``STAD``: nothing of one
stadsdeel; ``EIGEN``: only what is the person's own or within the person's stadsdelen.
"""

from shortlist.guarding.roles import Role

PUBLIC: frozenset[Role] = frozenset()
EVERYBODY = frozenset(Role)
STREET = EVERYBODY - {Role.BEHEERDER, Role.PRIVACY_OFFICER, Role.HULPVERLENER}
FILLERS = frozenset({Role.JEUGDAGENT, Role.JONGERENWERKER})
LEADERS = frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH})
PLAN_READERS = LEADERS | {Role.STAFGROEPLID, Role.VEILIGHEIDSMANAGER}
CARRIERS = LEADERS | {Role.JEUGDBOA, Role.JONGERENWERKER, Role.JEUGDAGENT}
MEMBERS = frozenset({Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER})
OBSERVERS = MEMBERS | {Role.JEUGDBOA, Role.TEAMLEIDER}

ACCESS: dict[str, tuple[frozenset[Role], str]] = {
    "toegang.sign_in_page": (PUBLIC, "stad"),
    "toegang.sign_out_page": (EVERYBODY, "eigen"),
    "toegang.log_page": (frozenset({Role.PRIVACY_OFFICER}), "stad"),
    "werk.home": (EVERYBODY, "eigen"),
    "groepen.group_list": (STREET, "eigen"),
    "groepen.group_page": (STREET, "stadsdeel"),
    "groepen.group_gatherings": (STREET, "stadsdeel"),
    "groepen.new_group": (MEMBERS, "eigen"),
    "groepen.group_state": (MEMBERS, "stadsdeel"),
    "groepen.group_places": (MEMBERS, "stadsdeel"),
    "groepen.end_group_place": (MEMBERS, "stadsdeel"),
    "groepen.group_links": (MEMBERS, "stadsdeel"),
    "groepen.place_list": (STREET, "eigen"),
    "groepen.new_place": (OBSERVERS, "eigen"),
    "waarnemingen.new_gathering": (OBSERVERS, "eigen"),
    "waarnemingen.gathering_page": (STREET, "stadsdeel"),
    "waarnemingen.correct_gathering": (OBSERVERS, "stadsdeel"),
    "duiding.start": (FILLERS, "stadsdeel"),
    "duiding.round_page": (FILLERS, "stadsdeel"),
    "duiding.go_on_alone": (FILLERS, "stadsdeel"),
    "duiding.fill": (FILLERS, "stadsdeel"),
    "duiding.together": (FILLERS, "stadsdeel"),
    "duiding.outcome": (FILLERS, "stadsdeel"),
    "duiding.reasons": (STREET, "stadsdeel"),
    "duiding.history": (STREET, "stadsdeel"),
    "duiding.about_rules": (EVERYBODY, "stad"),
    "vergelijken.compare": (
        frozenset({Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID, Role.COORDINATOR_VTH, Role.PRIVACY_OFFICER}),
        "stad",
    ),
    "agenda.overview": (MEMBERS, "eigen"),
    "agenda.decide": (frozenset({Role.VEILIGHEIDSMANAGER}), "stadsdeel"),
    "overeenstemming.overview": (
        MEMBERS | {Role.STAFGROEPLID, Role.COORDINATOR_VTH, Role.PRIVACY_OFFICER},
        "stad",
    ),
    "vergelijken.national_counts": (EVERYBODY, "stad"),
    "leden.member_list": (MEMBERS, "stadsdeel"),
    "leden.board": (MEMBERS, "stadsdeel"),
    "leden.role": (MEMBERS, "stadsdeel"),
    "leden.new_member": (MEMBERS, "stadsdeel"),
    "leden.end_membership": (MEMBERS, "stadsdeel"),
    "lezing.about": (MEMBERS | {Role.PRIVACY_OFFICER}, "stad"),
    "lezing.model_card": (MEMBERS | {Role.PRIVACY_OFFICER}, "stad"),
    "lezing.own_view": (MEMBERS, "stadsdeel"),
    "lezing.shown": (MEMBERS, "stadsdeel"),
    "lezing.disagreements": (MEMBERS, "stadsdeel"),
    "ijking.agreement": (MEMBERS | {Role.PRIVACY_OFFICER}, "stad"),
    "prioriteit.overview": (frozenset({Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID}), "eigen"),
    "prioriteit.history": (STREET, "stadsdeel"),
    "prioriteit.proposal": (frozenset({Role.VEILIGHEIDSMANAGER}), "stadsdeel"),
    "prioriteit.meeting": (frozenset({Role.STAFGROEPLID}), "eigen"),
    "spoed.urgent": (STREET, "stadsdeel"),
    "spoed.decide": (frozenset({Role.VEILIGHEIDSMANAGER}), "stadsdeel"),
    "spoed.withdraw": (frozenset({Role.VEILIGHEIDSMANAGER}), "stadsdeel"),
    "aanpak.plan_page": (MEMBERS | {Role.STAFGROEPLID}, "stadsdeel"),
    "aanpak.plan_form_page": (MEMBERS, "stadsdeel"),
    "teams.team_list": (LEADERS, "stad"),
    "teams.new_team": (LEADERS, "stad"),
    "teams.change_team": (LEADERS, "stad"),
    "teams.team_page": (LEADERS, "stad"),
    "teams.copy_shifts": (LEADERS, "stad"),
    "teams.remove_shift": (LEADERS, "stad"),
    "weekplan.plan_list": (PLAN_READERS, "stad"),
    "weekplan.new_plan": (frozenset({Role.TEAMLEIDER}), "stad"),
    "plannen.plan_page": (PLAN_READERS, "stad"),
    "plannen.progress_part": (PLAN_READERS, "stad"),
    "plannen.stop_page": (frozenset({Role.TEAMLEIDER}), "stad"),
    "plannen.decide_page": (frozenset({Role.COORDINATOR_VTH, Role.STAFGROEPLID}), "stad"),
    "plannen.print_page": (PLAN_READERS, "stad"),
    "plannen.visits_csv": (PLAN_READERS, "stad"),
    "plannen.routes_geojson": (PLAN_READERS, "stad"),
    "plannen.shift_page": (CARRIERS, "eigen"),
    "plannen.team_calendar": (CARRIERS, "eigen"),
    "aanvraag.ask": (frozenset({Role.VEILIGHEIDSMANAGER}), "stadsdeel"),
    "aanvraag.request_list": (
        frozenset({Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH, Role.TEAMLEIDER}),
        "eigen",
    ),
    "aanvraag.request_page": (
        frozenset({Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH, Role.TEAMLEIDER}),
        "stadsdeel",
    ),
    "inzet.own_shifts": (frozenset({Role.JEUGDBOA, Role.JONGERENWERKER, Role.JEUGDAGENT}), "eigen"),
    "inzet.report": (frozenset({Role.JEUGDBOA, Role.JONGERENWERKER, Role.JEUGDAGENT}), "eigen"),
    "inzet.group_reports": (MEMBERS | {Role.COORDINATOR_VTH, Role.TEAMLEIDER}, "stadsdeel"),
    "doorlooptijd.overview": (
        frozenset({Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID, Role.COORDINATOR_VTH}),
        "eigen",
    ),
    "verwijzing.choose_youngster": (MEMBERS, "stadsdeel"),
    "verwijzing.choose_intervention": (MEMBERS, "stadsdeel"),
    "verwijzing.send": (MEMBERS, "stadsdeel"),
    "verwijzing.referral_list": (MEMBERS | {Role.HULPVERLENER}, "eigen"),
    "verwijzing.referral_page": (MEMBERS | {Role.HULPVERLENER}, "stadsdeel"),
    "verwijzing.read_news": (MEMBERS | {Role.HULPVERLENER}, "stadsdeel"),
    "verwijzing.receiver_list": (frozenset({Role.BEHEERDER}), "stad"),
    "wal.gap_list": (MEMBERS, "eigen"),
    "wal.leave": (MEMBERS, "stadsdeel"),
    "wal.care_signal": (MEMBERS, "stadsdeel"),
    "zorg.concern_list": (MEMBERS | {Role.HULPVERLENER}, "eigen"),
    "zorg.concern_from_group": (MEMBERS, "stadsdeel"),
    "zorg.concern_from_referral": (MEMBERS | {Role.HULPVERLENER}, "stadsdeel"),
    "zorg.concern_over": (MEMBERS | {Role.HULPVERLENER}, "eigen"),
    "zorg.talked": (MEMBERS | {Role.HULPVERLENER}, "eigen"),
    "traag.procedure_list": (STREET, "eigen"),
    "traag.ask": (STREET, "eigen"),
    "traag.procedure_page": (STREET, "stadsdeel"),
    "traag.follow": (STREET, "stadsdeel"),
    "traag.read_news": (STREET, "stadsdeel"),
    "melding.mail": (EVERYBODY, "eigen"),
    "melding.calendar": (EVERYBODY, "eigen"),
    **{
        f"kwartaal.{page}": (
            frozenset({Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID, Role.COORDINATOR_VTH}),
            "stad",
        )
        for page in ("newest", "report_page", "print_page", "report_file")
    },
    "cijfers.take_in": (
        frozenset({Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH, Role.BEHEERDER}),
        "stad",
    ),
}
