"""Wires the house: settings, servers, start-up. Nothing below imports it."""
