"""What is tidied up while nobody waits: repeats, contradictions, clusters of related memories, episodes of turns."""
