"""Which memories rise to a longer-lived layer, and how that is learned from what their owner really uses."""
