"""Two plans side by side: two versions of one week, or last week and this week."""
