"""Stands in for the Azure ML SDK v1 inside a run where the real package is not installed."""
