"""One text into its matters."""
