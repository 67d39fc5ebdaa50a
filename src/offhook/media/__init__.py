"""The media plane: a telephone crossbar written as arrays (design.md 2)."""
