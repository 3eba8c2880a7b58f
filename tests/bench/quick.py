"""branch-bot run, but what was lost is sent again after seconds instead of a minute and a half."""

import sys
from datetime import timedelta

from bot.__main__ import main
from scheduler import outcome

AGAIN_AFTER = timedelta(seconds=4)

if __name__ == "__main__":
    outcome.SEND_AGAIN_AFTER = AGAIN_AFTER
    sys.argv[1:] = ["run"]
    main()
