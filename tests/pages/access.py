"""Who may use which route: the one table that the application is held against, role by role.

endpoint → (roles that may use it, scope). ``STADSDEEL``: the object's stadsdeel is checked; ``STAD``: nothing of one
stadsdeel; ``EIGEN``: only what is the person's own or within the person's stadsdelen.
"""

from shortlist.guarding.roles import Role

PUBLIC: frozenset[Role] = frozenset()
EVERYBODY = frozenset(Role)
STREET = EVERYBODY - {Role.BEHEERDER, Role.PRIVACY_OFFICER}
MEMBERS = frozenset({Role.JEUGDAGENT, Role.JONGERENWERKER, Role.VEILIGHEIDSMANAGER})

ACCESS: dict[str, tuple[frozenset[Role], str]] = {
    "toegang.sign_in_page": (PUBLIC, "stad"),
    "toegang.sign_out_page": (EVERYBODY, "eigen"),
    "toegang.log_page": (frozenset({Role.PRIVACY_OFFICER}), "stad"),
    "werk.home": (EVERYBODY, "eigen"),
    "groepen.group_list": (STREET, "eigen"),
    "leden.member_list": (MEMBERS, "stadsdeel"),
    "leden.board": (MEMBERS, "stadsdeel"),
    "leden.role": (MEMBERS, "stadsdeel"),
    "leden.new_member": (MEMBERS, "stadsdeel"),
    "leden.end_membership": (MEMBERS, "stadsdeel"),
    "aanpak.plan_page": (MEMBERS | {Role.STAFGROEPLID}, "stadsdeel"),
    "aanpak.plan_form_page": (MEMBERS, "stadsdeel"),
}
