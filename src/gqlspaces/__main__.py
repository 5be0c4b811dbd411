"""`python -m gqlspaces` is the `gqlspaces` command."""

from gqlspaces.cli import main

if __name__ == "__main__":
    main()
