"""What the scenario tests share: a network with daemons, configurations, and the judgement of time."""
