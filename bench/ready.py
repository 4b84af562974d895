"""Imported first by a bench that reads tables: Django by the settings of benches, or as it is where it is ready already."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
django.setup()
