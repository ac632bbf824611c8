#!/usr/bin/env bash
# Package:  aws-croniter 2.1.1 (PyPI).
# Input:    "0 18 ? * L *", a settlement at 18:00 UTC on the last day of each week.
# Expected: Amazon EventBridge User Guide, cron expressions: "The L wildcard in the Day-of-month or Day-of-week
#           fields specifies the last day of the month or week", and the days of the week are 1-7 or SUN-SAT.
#           So it is every Saturday, as "0 18 ? * 7 *" is.
# Seen:     the expression is taken as valid and never runs: nothing is next, nothing was before, and the year
#           has no run.
# Matters:  who shows the next settlement, or looks for one that was missed, by this library finds none, and
#           two weekly jobs at the same minute are not seen to collide.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check aws-croniter==2.1.1
venv/bin/python - > seen.txt <<'PYTHON'
from datetime import datetime, timezone
from aws_croniter import AwsCroniter
start, end = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2026, 2027))
for expression in ("0 18 ? * 7 *", "0 18 ? * L *"):
    cron = AwsCroniter(expression)
    (following,), (before,) = cron.get_next(start), cron.get_prev(start)
    print(f"{expression}: next {following}, before {before},",
          len(cron.get_all_schedule_bw_dates(start, end)), "in the year")
PYTHON
cat seen.txt
diff - seen.txt <<'SEEN'
0 18 ? * 7 *: next 2026-01-03 18:00:00+00:00, before 2025-12-27 18:00:00+00:00, 52 in the year
0 18 ? * L *: next None, before None, 0 in the year
SEEN
