"""The rules: entities, ports, errors, use cases, the quick-add grammar, routing. No I/O, no framework."""
