"""The door: settings, the command line, HTTP and WebSocket, and the wiring of everything below."""
