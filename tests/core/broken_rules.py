"""Ways to break a rules file: file, what to replace, by what, words the fault must say, and the line if elsewhere."""
# ruff: noqa: E501 — each break is one line of a table, as long as the YAML it replaces

from typing import Any

LANDELIJK = "rulesets/landelijk-2010.yaml"

BREAKS: dict[str, tuple[Any, ...]] = {
    "een onbekende vraag": (LANDELIJK, "{item: motief, is: gewin}", "{item: motif, is: gewin}", ("'motif'", "'motief'")),
    "een waarde buiten de schaal": (LANDELIJK, "{item: motief, is: gewin}", "{item: motief, is: geld}", ("geld", "gewin")),
    "een ontbrekende bron": (
        LANDELIJK, "    because:\n      - {source: definities-2010, locator: \"hinderlijk: luidruchtig", "    why:\n      - {source: definities-2010, locator: \"hinderlijk: luidruchtig",
        ("bron",), "  hinder:\n"),
    "een lege bronnenlijst": (
        LANDELIJK, "    because:\n      - {source: definities-2010, locator: \"overlastgevend: vernielt geregeld\"}", "    because: []",
        ("bron",),
    ),
    "een bron die niet genoemd is": (LANDELIJK, "{source: kamerstuk-404,", "{source: kamerstuk-405,", ("kamerstuk-405", "sources")),
    "een onbekend veld": (LANDELIJK, "  - id: hinderlijk\n    class: hinderlijk", "  - id: hinderlijk\n    klasse: x\n    class: hinderlijk", ("klasse", "class"), "    klasse: x"),
    "een onbekende klasse": (LANDELIJK, "    class: overlastgevend", "    class: overlast", ("'overlast'", "overlastgevend")),
    "een onbekend criterium": (LANDELIJK, "{criterion: gewin}", "{criterion: gewinn}", ("gewinn", "'gewin'")),
    "een te grote telling": (LANDELIJK, "at_least: 2\n      of:\n        - {criterion", "at_least: 9\n      of:\n        - {criterion", ("9", "1 tot en met 5")),
    "twee vergelijkingen": (LANDELIJK, "{item: motief, is: gewin}", "{item: motief, is: gewin, at_least: kick}", ("is", "at_least")),
    "een vergelijking met vroeger": (LANDELIJK, "{item: motief, is: gewin}", "{item: motief, change: hoger}", ("duiding",)),
    "geen datum": (LANDELIJK, "valid_from: 2010-01-01", "valid_from: 1 januari 2010", ("JJJJ-MM-DD",)),
    "een einde voor het begin": (LANDELIJK, "valid_until: null", "valid_until: 2009-12-31", ("valid_until", "2010-01-01")),
    "een dubbele sleutel": (LANDELIJK, "valid_until: null", "valid_until: null\ntitle: Nog een", ("title", "dubbel"), "title: Nog een"),
    "kapotte YAML": (LANDELIJK, "classes: [aanvaardbaar", "classes: [[aanvaardbaar", ("YAML",), "criteria:\n"),
    "een onbekende soort": (LANDELIJK, "kind: ruleset", "kind: regelset", ("regelset", "ruleset")),
    "een ongebruikt criterium": (LANDELIJK, "            - {criterion: gewin}\n", "", ("gewin", "geen enkele regel"), "  gewin:\n"),
    "een onbereikbare regel": (
        LANDELIJK, "        - {criterion: onheuse_bejegening}\n        - {criterion: stelselmatig_vernielen}\n        - {criterion: geweld}\n        - {criterion: doelbewuste_lichte_criminaliteit}\n        - {criterion: slecht_aanspreekbaar}",
        "        - all: [{criterion: geweld}, {not: {criterion: geweld}}]\n        - {criterion: onheuse_bejegening}\n        - all: [{criterion: onheuse_bejegening}, {criterion: stelselmatig_vernielen}, {criterion: doelbewuste_lichte_criminaliteit}, {criterion: slecht_aanspreekbaar}, {item: motief, is: kick}, {item: motief, is: gemengd}]",
        ("onbereikbaar", "overlastgevend"), "  - id: overlastgevend\n"),
    "een criterium dat nooit geldt": (LANDELIJK, "when: {item: motief, is: gewin}", "when: {all: [{item: motief, is: gewin}, {item: motief, is: kick}]}", ("gewin", "nooit"), "  gewin:\n"),
    "een kring van criteria": (LANDELIJK, "when: {item: motief, is: gewin}", "when: {criterion: gewin}", ("gewin", "zichzelf"), "  gewin:\n"),
    "een poort naar een onbekende klasse": ("rulesets/almere-2013.yaml", "falls_to: hinderlijk", "falls_to: licht", ("licht", "hinderlijk")),
    "een poort die altijd dicht is": (
        "rulesets/almere-2013.yaml", "opens: {items: [alcohol, blowen], at_least: soms}", "opens: {all: [{item: alcohol, is: nooit}, {item: alcohol, is: vaak}]}",
        ("poort",),
    ),
    "een vraag die er twee keer in staat": ("questionnaire.yaml", "{id: afval,", "{id: lawaai,", ("lawaai", "twee keer")),
    "een onbekende schaal": ("questionnaire.yaml", "{id: afval, scale: frequentie", "{id: afval, scale: frequent", ("frequent", "frequentie")),
    "een onbekende partij": ("routing.yaml", "leads: [jit]", "leads: [jt]", ("'jt'", "jit")),
    "tegenstrijdige drempels": ("frequency.yaml", "soms_days: 1", "soms_days: 4", ("soms_days",), "parameters:\n"),
    "een getal met een woord vergeleken": ("duiding.yaml", "{item: leeftijd_jongste, below: 12}", "{item: leeftijd_jongste, at_least: jong}", ("leeftijd_jongste", "geheel getal")),
    "geen laatste regel": ("duiding.yaml", "        otherwise: true", "        when: {item: motief, is: gewin}", ("otherwise",), "      - id: ernst_laag\n"),
}  # fmt: skip
