"""The use cases of planning, by one address: what later rooms call.

The code lies in the folders named for what is done: ``aanpak`` (plans van aanpak), ``teams`` (teams and shifts),
``week`` (demand, capacity, asking for a plan), ``solving`` (the worker), ``reviewing`` (reading, deciding, sheets).
"""

from shortlist.planning.aanpak.measures import Catalogue, Chosen, GroupPicture, PlanText, advise
from shortlist.planning.aanpak.work import catalogue_on, current_plans, pictures_of, versions_of, write_plan
from shortlist.planning.solving.work import solve_week_plan
from shortlist.planning.week.work import (
    WeekRules,
    build_problem,
    next_monday,
    order_week_plan,
    read_capacity,
    read_demand,
    rules_on,
)

__all__ = [
    "Catalogue",
    "Chosen",
    "GroupPicture",
    "PlanText",
    "WeekRules",
    "advise",
    "build_problem",
    "catalogue_on",
    "current_plans",
    "next_monday",
    "order_week_plan",
    "pictures_of",
    "read_capacity",
    "read_demand",
    "rules_on",
    "solve_week_plan",
    "versions_of",
    "write_plan",
]
