"""`python -m simlab`, where the `simlab` command is not on PATH."""

from simlab.cli import main

if __name__ == "__main__":
    main()
