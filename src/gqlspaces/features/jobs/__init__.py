"""Jobs: pieces of work that listeners take, report on and settle."""
