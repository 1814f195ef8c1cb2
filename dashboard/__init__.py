"""What operators see: templates, styles, scripts, words."""
