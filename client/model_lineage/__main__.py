"""`python -m model_lineage` is `lineage`."""

import sys

from model_lineage.cli import main

if __name__ == "__main__":
    sys.exit(main())
