"""Who receives referrals for which intervention."""
