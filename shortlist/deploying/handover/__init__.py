"""Reports on their way: the coördinator VTH sees them first, then the veiligheidsmanager, then the JIT."""
