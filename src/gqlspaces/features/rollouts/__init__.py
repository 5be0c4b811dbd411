"""One Blueprint for many Spaces: taking what an App gives to those that are there already."""
