"""One command, or group of commands, per file. The folder is the registry: each module has an ``add_to(app)``."""
