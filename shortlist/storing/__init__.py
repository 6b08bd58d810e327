"""Engine, session, migrations, naming convention, job queue."""
