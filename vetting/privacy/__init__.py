"""What a referee said here is hers: shown to her alone, corrected, taken back, taken along, erased."""
