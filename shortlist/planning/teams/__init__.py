"""Teams, their people and their shifts of a week."""
