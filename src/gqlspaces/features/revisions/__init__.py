"""How the structure of Spaces came to be: every change, and the way back."""
