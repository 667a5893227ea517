"""Runyard beside its peers."""
