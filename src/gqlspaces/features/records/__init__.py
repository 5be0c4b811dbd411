"""Records: the data of a Sheet, in the database that its Space has for itself."""
