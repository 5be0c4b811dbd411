"""The machinery every feature stands on; it knows no noun of the product but the event."""
