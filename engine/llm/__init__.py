"""Language models: one protocol for every vendor, server and local file."""
