"""Figures from elsewhere: reports by residents (Signalen) and offences per neighbourhood (police, through CBS)."""
