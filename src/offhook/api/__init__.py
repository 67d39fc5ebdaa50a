"""The Voice API over HTTP: who may ask, what is asked, and how the answer reads (rest.md)."""
