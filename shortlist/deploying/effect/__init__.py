"""What was seen before, during and after deployments; scaling down; closing a group with an evaluation."""
