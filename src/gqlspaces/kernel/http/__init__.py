"""What every HTTP endpoint shares: who calls, how a request is refused, how a server stops."""
