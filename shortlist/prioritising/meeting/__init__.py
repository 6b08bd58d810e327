"""The Stafgroep's meeting: who is there, is there a quorum, what is decided, the minutes; and the driehoek after it."""
