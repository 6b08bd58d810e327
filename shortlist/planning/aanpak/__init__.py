"""The plan van aanpak per group: measures from the catalogue, chosen by people, in versions."""
