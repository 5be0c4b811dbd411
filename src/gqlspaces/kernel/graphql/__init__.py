"""GraphQL over the kernel: the executor, its limits, its transports, and what slices build on."""
