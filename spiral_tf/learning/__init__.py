"""SPIRAL itself: rewards, losses and the updates of both networks."""
