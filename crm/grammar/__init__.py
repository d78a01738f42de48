"""The quick-add grammar: what one line of Russian or English says."""
