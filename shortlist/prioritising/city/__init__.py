"""The city as a whole: do stadsdelen and veiligheidsmanagers weigh alike? Counts only."""
