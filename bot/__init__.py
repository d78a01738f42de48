"""The process: settings, composition root, polling, scheduler, HTTP endpoints, command line."""
