"""Lists on their way in: sent, looked at, decided about, entered."""
