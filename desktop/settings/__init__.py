"""The settings window: made from the table of options, with panels for what is more than an option."""
