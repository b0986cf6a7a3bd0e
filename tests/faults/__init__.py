"""Scores on their way while everything breaks: a platform behind a misbehaving proxy, and kills."""
