"""The command line: ``csvsum``. It needs neither a service nor AWS, and starts in a moment."""
