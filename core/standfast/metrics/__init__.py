"""What Prometheus is told: the document of ``status --json`` as metrics, under our names and under older ones."""
