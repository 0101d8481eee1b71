"""`python -m halqa`."""

from halqa.cli import main

raise SystemExit(main())
