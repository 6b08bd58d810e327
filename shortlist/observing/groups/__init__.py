"""Jeugdgroepen: which there are, where they are found, how they stand and hang together."""
