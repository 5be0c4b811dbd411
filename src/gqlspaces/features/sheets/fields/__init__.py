"""The Fields of Sheets."""
