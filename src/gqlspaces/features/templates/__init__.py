"""New Spaces that are configured from what their App keeps ready for them."""
