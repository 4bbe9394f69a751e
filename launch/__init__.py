"""Command-line programs."""

from launch import quiet

quiet.install()
