"""Time words as people use them, in UTC."""

import datetime

# Seconds by which the recent times of the NetBox that is asked are later than those of the one the truth comes from.
AHEAD = 0.0


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def midnight(days_ago: int = 0) -> datetime.datetime:
    return now().replace(hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(days=days_ago)


def monday() -> datetime.datetime:
    """The beginning of this week."""
    return midnight(now().weekday())


def here(moment: datetime.datetime) -> datetime.datetime:
    """The moment in the times of the NetBox that the truth comes from."""
    return moment - datetime.timedelta(seconds=AHEAD)
