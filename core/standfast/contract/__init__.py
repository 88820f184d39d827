"""What plugins promise to core and core to plugins: checkers, load balancers, notifiers. Types alone, no IO."""
