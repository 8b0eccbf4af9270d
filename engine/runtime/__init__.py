"""ONNX Runtime's only door: which execution providers there are, sessions, buffers."""
