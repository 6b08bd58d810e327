"""Profile, proposal, Stafgroep decision, disagreement to the driehoek."""
