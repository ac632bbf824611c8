#!/usr/bin/env bash
# Package:  br-market-calendar 0.2.3 (PyPI).
# Input:    the monthly schedule from 30 January 2025 to 30 May 2025.
# Expected: five dates, as its schedules from other days have: the 30th of each month, the last day where the
#           month has no 30th, and the next business day where that is none. So 30 January, 28 February, 31
#           March (the 30th is a Sunday), 30 April and 30 May.
# Seen:     each date is counted from the one before, so after February all of them are on the 28th, and the
#           end comes as a sixth: May has two, the 28th and the 30th.
# Matters:  instalments are due days early from March on, and the customer is asked for six of five.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check br-market-calendar==0.2.3
venv/bin/python - > seen.txt <<'PYTHON'
from br_market_calendar import generate_schedule
print(*generate_schedule("2025-01-30", "2025-05-30", "monthly"))
print(*generate_schedule("2025-03-30", "2025-05-30", "monthly"))
PYTHON
cat seen.txt
diff - seen.txt <<'SEEN'
2025-01-30 2025-02-28 2025-03-28 2025-04-28 2025-05-28 2025-05-30
2025-03-31 2025-04-30 2025-05-30
SEEN
