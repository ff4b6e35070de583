"""The doors other than pages: for now the command line."""
