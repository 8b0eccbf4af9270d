"""The engine's calls, by what they are about; `Engine` has all of them."""
