"""One product a file: each implements a port of the engine and imports no other adapter."""
