"""Measurements, each by one command of the Makefile, each beside a named peer or floor."""
