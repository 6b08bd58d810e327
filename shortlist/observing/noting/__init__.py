"""Noting an observation on the street, and correcting one by a successor."""
