"""What each side does with a referral: answer, start, feed back, finish, withdraw; and what waits."""
