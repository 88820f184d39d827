"""Health checks and load balancing: when checks run, what follows from their results, what the data plane is to do."""
