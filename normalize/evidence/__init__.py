"""Compact character language models and vocabularies of Italian, Turkish and English."""
