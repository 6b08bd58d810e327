"""Questionnaire, three-valued rules, verdict with reasons, duiding, comparison of rulesets."""
