"""Who is who: pseudonyms that people judged to be one person, followed at every reading."""
