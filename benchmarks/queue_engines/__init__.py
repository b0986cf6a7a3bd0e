"""``make bench-queues``: what queue engines lose when processes are killed (docs/adr/0029)."""
