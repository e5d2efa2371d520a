"""The browser's side of dossiers."""
