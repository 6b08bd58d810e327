"""The worker's part: follow the groups of an area and store the picture and the signals."""
