"""Quarterly report, exports, open data with small-cell suppression."""
