"""What happens after an event: wake-ups, the hub, the feeds; mail and SMS out of the outbox."""
