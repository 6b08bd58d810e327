"""Requests for jeugdboa's: asked by the veiligheidsmanager, approved or sent back by the coördinator VTH."""
